import type { FastifyHelmetOptions } from '@fastify/helmet';

/** Nothing may be loaded from elsewhere, and requests go to this service only. */
export const PAGE_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // Scalar adds <style> elements and style attributes while it runs. Their content changes, so hashes are not
      // possible, and it gives them no nonce.
      styleSrc: ["'unsafe-inline'"],
      connectSrc: ["'self'"],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
};

/** `folder`: where the scripts are, relative to the page. The page may be behind a proxy that adds a path. */
export const page = (folder: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Phone verification: API reference</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="app"></div>
    <noscript>This page needs JavaScript. Without it, read the OpenAPI document: GET /openapi.json.</noscript>
    <script src="${folder}scalar.js"></script>
    <script src="${folder}start.js"></script>
  </body>
</html>
`;

/** Runs in the browser. Whatever Scalar could load or send elsewhere is turned off; the page's policy forbids it, too. */
export const START_SCRIPT = `'use strict';
{
  // The address of this service, as the browser sees it. PUBLIC_URL can be another name of the same service.
  const service = new URL('..', document.currentScript.src).href.replace(/\\/$/, '');

  const show = (content) => {
    content.servers = [{ url: service }];
    // Scalar sends an example that is a string without its quotes, but these bodies are JSON.
    const operations = Object.values(content.paths).flatMap((methods) => Object.values(methods));
    for (const { requestBody } of operations) {
      const json = requestBody?.content['application/json'];
      if (typeof json?.example === 'string') json.example = JSON.stringify(json.example);
    }
    Scalar.createApiReference('#app', {
      content,
      authentication: { preferredSecurityScheme: 'apiKey' },
      persistAuth: false,
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
      documentDownloadType: 'none',
    });
  };

  fetch(service + '/openapi.json')
    .then((answer) => answer.json())
    .then(show)
    .catch((error) => {
      document.querySelector('#app').textContent = 'The API reference cannot be shown: ' + error.message;
    });
}
`;
