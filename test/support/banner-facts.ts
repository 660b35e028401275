import type { BannerFacts } from '../../dev/banner';

/** What `npm run dev` prints without any variable. */
export const defaultBannerFacts: BannerFacts = {
  apiUrl: 'http://localhost:3000',
  hasTryItPage: true,
  apiKey: 'dev',
  codeLength: 4,
  smsSandboxUrl: 'http://localhost:3001',
  usesSandbox: true,
  temporalUiUrl: 'http://localhost:8233',
  temporalAddress: '127.0.0.1:7233',
  verifyServices: [],
  metrics: [
    { name: 'api', url: 'http://127.0.0.1:9464/metrics' },
    { name: 'worker', url: 'http://127.0.0.1:9465/metrics' },
  ],
};
