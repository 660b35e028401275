// The server renders every phone. This script puts new and changed phones in place as they come (server-sent events).
// Without it, the page shows what there was when it was loaded, and its forms load it again.

import { copyOnClick } from './copy.js';
import { sendForms } from './forms.js';
import { showPhones, useLocalTimes } from './phones.js';
import { leaveWantedPhone, showWantedPhone } from './wanted-phone.js';

/** The browser connects again by itself, except after an answer that is no event stream. */
const RETRY_MS = 3_000;

const connection = document.getElementById('connection');

/** @param {boolean} isConnected */
function showConnection(isConnected) {
  if (!connection) return;
  connection.dataset.state = isConnected ? 'live' : 'lost';
  connection.textContent = isConnected ? 'Live' : 'Connection lost. Trying again…';
}

function connect() {
  const events = new EventSource('/events');
  events.addEventListener('open', () => showConnection(true));
  events.addEventListener('error', () => {
    showConnection(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  });
  events.addEventListener('phones', ({ data }) => {
    leaveWantedPhone(showPhones(JSON.parse(data)));
    showWantedPhone();
  });
}

document.documentElement.dataset.script = 'on';
useLocalTimes(document);
copyOnClick();
sendForms();
showWantedPhone();
addEventListener('hashchange', showWantedPhone);
connect();
