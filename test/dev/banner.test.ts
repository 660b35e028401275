import { execFileSync } from 'node:child_process';
import { banner, curlLines } from '../../dev/banner';
import type { VerifyService } from '../../src/tenants/tenant';
import { verifyServiceNames } from '../../src/tenants/verify-services';
import { defaultBannerFacts as facts } from '../support/banner-facts';

test('the banner lists all addresses and the three commands', () => {
  const text = banner(facts);

  expect(text).toMatch(/Ready\.\n {2}Try it {11}http:\/\/localhost:3000\/\n/);
  expect(text).toContain('The phone        http://localhost:3001/\n');
  expect(text).toContain('Temporal Web UI  http://localhost:8233\n');
  expect(text).toContain('API              http://localhost:3000\n');
  expect(text).toContain('API reference    http://localhost:3000/docs\n');
  expect(text).toContain('Metrics          http://127.0.0.1:9464/metrics (api)\n');
  expect(text).toContain('                 http://127.0.0.1:9465/metrics (worker)\n');
  for (const line of curlLines(facts)) expect(text).toContain(`\n${line}\n`);
});

test('the services of Twilio Verify are listed, with their tenants', () => {
  const tenants = ['shop', 'club', 'bar'].map((id) => ({
    id,
    ...(id !== 'club' && { verify: { serviceSid: `VA${id}` } as VerifyService }),
  }));
  const text = banner({ ...facts, verifyServices: verifyServiceNames(tenants) });

  expect(text).toContain(
    '  API reference    http://localhost:3000/docs\n' +
      '  Twilio Verify    VAshop (tenant shop)\n' +
      '                   VAbar (tenant bar)\n',
  );
  expect(banner(facts)).not.toContain('Twilio Verify');
});

test('without the page, its address is not printed', () => {
  expect(banner({ ...facts, hasTryItPage: false })).not.toContain('Try it');
});

test('a Temporal server that was not started here is listed by its address', () => {
  expect(banner({ ...facts, temporalUiUrl: undefined })).toContain('Temporal         127.0.0.1:7233\n');
});

test('three commands verify a number, the third one with the code from the inbox', () => {
  const [start, look, check] = curlLines({ ...facts, codeLength: 6 });

  expect(start).toMatch(/^ID=\$\(curl -s http:\/\/localhost:3000\/verifications .*Bearer dev.*\+14255550123/);
  expect(look).toMatch(/^curl -s "http:\/\/localhost:3000\/verifications\/\$ID" /);
  expect(check).toMatch(/\$ID\/check" .*\$\(curl -s http:\/\/localhost:3001\/inbox\/\+14255550123 .*\{6\\}/);
});

test('a start that is refused leaves no id, and the first command says what to do', () => {
  const refused = `curl() { echo '{"code":"verification_in_progress"}'; }`;
  const script = [refused, curlLines(facts)[0], 'echo "[$ID]"'].join('\n');

  const printed = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });

  expect(printed).toBe('no id: wait two minutes if the number has an open verification\n[]\n');
});

test('with a real Twilio account, the third command has a placeholder for the code', () => {
  const real = { ...facts, usesSandbox: false };

  expect(curlLines(real)[2]).toContain(`-d '{"code":"'0000'"}'`);
  expect(banner(real)).toContain('replace +14255550123 with yours, and 0000 with the code from your phone');
  expect(banner(real)).not.toContain('The phone ');
});

test('a quote in the API key is escaped', () => {
  expect(curlLines({ ...facts, apiKey: `it's` })[0]).toContain(`'Authorization: Bearer it'\\''s'`);
});
