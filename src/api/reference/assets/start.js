// Shows the OpenAPI document. Whatever Scalar could load or send elsewhere is turned off; the page's policy forbids it,
// too.

const { currentScript } = document;
const source = currentScript instanceof HTMLScriptElement ? currentScript.src : location.href;
/** The URL of this service, as the browser sees it. PUBLIC_URL can be another name of the same service. */
const service = new URL('..', source).href.replace(/\/$/, '');

/** @param {OpenApiDocument} content */
function show(content) {
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
}

/** @param {unknown} error */
function showError(error) {
  const app = document.getElementById('app');
  const reason = error instanceof Error ? error.message : 'unknown error';
  if (app) app.textContent = `The API reference cannot be shown: ${reason}`;
}

fetch(`${service}/openapi.json`)
  .then((answer) => {
    if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
    return answer.json();
  })
  .then(show)
  .catch(showError);
