// The server renders every screen. This script sends the forms and puts the parts of the new screen in place, so that
// the page changes without loading again. Without it, the same forms work with full page loads.

import { formatWhileTyping } from './phone-number-field.js';
import { receiveCode } from './receive-code.js';
import { forgetTimeLeft, replaceResend, showTimeLeft } from './time-left.js';

/** The pause before each read of the state. A busy service answers at once, although the page asks it to wait. */
const POLL_INTERVAL_MS = 1_000;
/** How long a read may wait for the end of the verification, unless a message is being sent. */
const WAIT_SECONDS = 20;
const RETRY_INTERVAL_MS = 3_000;
/** A screen reader says what a button shows if the answer takes longer than this. */
const QUIET_MS = 1_000;
/** The service answers each request within this time, or not at all. */
const TIMEOUT_MS = 30_000;

const main = document.querySelector('main') ?? document.body;

/** Aborts when the shown state is no longer the current one. */
let current = new AbortController();

document.addEventListener('submit', (event) => {
  event.preventDefault();
  if (event.target instanceof HTMLFormElement) void send(event.target);
});

/** @param {HTMLFormElement} form */
async function send(form) {
  const button = form.querySelector('button');
  if (button?.getAttribute('aria-disabled') === 'true') return;
  const text = button?.textContent ?? '';
  button?.setAttribute('aria-disabled', 'true');
  const { busy = text } = button?.dataset ?? {};
  if (button && busy !== text) button.textContent = busy;
  const slow = setTimeout(() => remind(busy), QUIET_MS);
  current.abort();
  try {
    const fields = [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    const body = new URLSearchParams(fields);
    show(await fetchPage(form.action, { method: 'POST', body }));
  } catch {
    say('The service could not be reached. Check your connection and try again.');
    button?.removeAttribute('aria-disabled');
    if (button) button.textContent = text;
    start();
  } finally {
    clearTimeout(slow);
  }
}

/**
 * Throws without an answer in time, or if the answer is no screen, such as the error page of a proxy.
 *
 * @param {string} url
 * @param {RequestInit} options
 */
async function fetchPage(url, options) {
  const response = await fetch(url, { ...options, signal: withTimeout(options.signal) });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (screenOf(page) === '') throw new Error(`Unexpected answer ${response.status}`);
  return page;
}

/** Shows a new screen and moves the focus to it. @param {Document} page */
function show(page) {
  main.dataset.screen = screenOf(page);
  document.title = page.title;
  for (const id of ['heading', 'content', 'phone-page']) take(page, id);
  // A reload while the page waits shows that it waits.
  history.replaceState(null, '', (isWaiting() && state().news) || location.pathname);
  say(sentenceOf(page), page.getElementById('outcome')?.textContent ?? '');
  forgetTimeLeft();
  const input = main.querySelector('input[autofocus]');
  (input instanceof HTMLInputElement ? input : document.getElementById('heading'))?.focus();
  start();
}

/** Shows what changed by itself. Does not touch what may have the focus. @param {Document} page */
function update(page) {
  const { verification, attempts, inFlight, resendIn } = state();
  // Another tab of this browser may have started another verification.
  const isOther = page.getElementById('state')?.dataset.verification !== verification;
  if (screenOf(page) !== main.dataset.screen || isOther) return show(page);
  for (const id of ['state', 'timer']) take(page, id);
  const resend = page.getElementById('resend');
  if (resend && Boolean(resendIn) !== Boolean(state().resendIn)) replaceResend(resend);
  if (attempts !== state().attempts || inFlight !== state().inFlight) say(sentenceOf(page));
  start();
}

/** @param {Document} page @param {string} id */
function take(page, id) {
  const replacement = page.getElementById(id);
  if (replacement) document.getElementById(id)?.replaceWith(document.adoptNode(replacement));
}

/** @param {Document} page */
function screenOf(page) {
  return page.querySelector('main')?.dataset.screen ?? '';
}

/** @param {Document} page */
function sentenceOf(page) {
  return page.getElementById('sentence')?.textContent ?? '';
}

/**
 * Says a sentence in the status region. It stays in the page, so that a screen reader reads it.
 *
 * @param {string} text
 * @param {string} [outcome] What the heading shows. Only a screen reader reads it here.
 */
function say(text, outcome = '') {
  for (const [id, content] of Object.entries({ outcome, sentence: text, reminder: '' })) {
    const element = document.getElementById(id);
    if (element) element.textContent = content;
  }
}

/** Only a screen reader says this. @param {string} text */
function remind(text) {
  const reminder = document.getElementById('reminder');
  if (reminder) reminder.textContent = text;
}

/** Whether a start was accepted, but its state can't be read yet. */
function isWaiting() {
  return main.dataset.screen === 'waiting';
}

/** The attributes of the code screen and the waiting screen; empty on other screens. */
function state() {
  return document.getElementById('state')?.dataset ?? {};
}

/** Makes the current screen live. */
function start() {
  current.abort();
  current = new AbortController();
  if (main.dataset.screen === 'number') formatWhileTyping(current.signal);
  if (isWaiting()) void followVerification(state(), current.signal);
  if (main.dataset.screen !== 'code') return;
  showTimeLeft(state(), current.signal);
  void followVerification(state(), current.signal);
  void receiveCode(current.signal);
}

/** Reads the verification's state until it changes. @param {DOMStringMap} state @param {AbortSignal} signal */
async function followVerification({ news = '', inFlight }, signal) {
  const isInFlight = inFlight === 'true';
  await pause(POLL_INTERVAL_MS);
  while (!signal.aborted) {
    try {
      const headers = new Headers(isInFlight ? {} : { prefer: `wait=${WAIT_SECONDS}` });
      // A browser that uses its cache sends one request for a URL at a time: then another tab of this page would wait.
      const page = await fetchPage(news, { headers, signal, cache: 'no-store' });
      if (!signal.aborted && !['error', 'waiting'].includes(screenOf(page))) return update(page);
    } catch {
      // The next read may succeed.
    }
    await pause(RETRY_INTERVAL_MS);
  }
}

/** Aborts with `signal`, or after the time-out. Safari before 17.4 has no AbortSignal.any. @param {AbortSignal | null} [signal] */
function withTimeout(signal) {
  const controller = new AbortController();
  for (const each of [AbortSignal.timeout(TIMEOUT_MS), signal])
    each?.addEventListener('abort', () => controller.abort());
  return controller.signal;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

// A reload shows the screen as it is then.
if (!isWaiting()) history.replaceState(null, '', location.pathname);
start();
