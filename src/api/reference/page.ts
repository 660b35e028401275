import { securityHeaders } from '../http/security-headers';

/** Nothing may be loaded from elsewhere, and requests go to this service only. */
export const PAGE_HEADERS = securityHeaders({
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
});

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
