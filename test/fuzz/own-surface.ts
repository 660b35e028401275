import { dictionary } from './config';
import { API_KEY, CODEC_TOKEN } from './fuzzed-service';
import type { Surface } from './surface';

/** What /openapi.json documents. */
export const ownSurface: Surface = {
  name: 'own',
  roundSize: { fixed: 300, perExample: 18 },

  async document({ url }) {
    return (await (await fetch(`${url}/openapi.json`)).json()) as object;
  },

  async configTables(service, count) {
    return [
      '[auth.openapi]',
      `apiKey = { bearer = "${API_KEY}" }`,
      `functionsKey = { api_key = "${API_KEY}" }`,
      `functionsCode = { api_key = "${API_KEY}" }`,
      `codecToken = { bearer = "${CODEC_TOKEN}" }`,
      `deliveryReportSignature = { api_key = "bm90IHNpZ25lZA==" }`,
      '[dictionaries]',
      dictionary('open-ids', await service.startVerifications(count)),
      dictionary('ids-to-end', await service.startVerifications(count)),
      dictionary('orchestrators', ['E4_SmsPhoneVerification']),
      dictionary('events', ['SmsChallengeResponse']),
      dictionary('words', [...service.newPhoneNumbers(count), '0000', '2168', '12 34']),
      // Longer waits would take more time without testing more.
      dictionary('waits', ['wait=0', 'wait=1', 'respond-async, wait=1', 'wait=x', 'handling=lenient']),
      '[generation.dictionaries]',
      'string = { dictionary = "words", probability = 0.2 }',
      '[parameters]',
      '"header.prefer" = { dictionary = "waits" }',
      '"path.id" = { dictionary = "open-ids", probability = 0.7 }',
      '"path.name" = { dictionary = "orchestrators", probability = 0.8 }',
      '"path.eventName" = { dictionary = "events", probability = 0.6 }',
      '[[operations]]',
      'include-path-regex = "/terminate$"',
      'parameters = { "path.id" = { dictionary = "ids-to-end", probability = 0.7 } }',
      '[[operations]]',
      '# an event with another name is accepted with any body, and an ended instance accepts no event',
      'include-path-regex = "/raiseEvent/"',
      'checks = { negative_data_rejection = { enabled = false } }',
      '[[operations]]',
      'include-method = "DELETE"',
      'parameters = { "path.id" = { dictionary = "ids-to-end", probability = 0.7 } }',
    ];
  },
};
