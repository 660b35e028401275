import { announce } from './announcements.js';

/** An event: the numbers of the shown phones in their order, and the HTML of those that are new or have changed. */
/** @typedef {{ numbers: string[], total: number, phones: Record<string, string> }} PhonesEvent */

const list = document.getElementById('phones') ?? document.body;

/** With more new messages than this, a screen reader hears only their number. */
const MAX_ANNOUNCED = 3;

/** Returns the numbers that have a new message. @param {PhonesEvent} event @returns {string[]} */
export function showPhones({ numbers, total, phones }) {
  const focused = document.activeElement;
  /** @type {HTMLElement[]} */
  const arrived = [];
  for (const [number, html] of Object.entries(phones)) arrived.push(...showPhone(number, html));
  for (const [index, number] of numbers.entries()) {
    const phone = document.getElementById(number);
    const there = list.children[index] ?? null;
    if (phone && phone !== there) list.insertBefore(phone, there);
  }
  while (list.children.length > numbers.length) list.lastElementChild?.remove();
  // An element that is moved loses the focus.
  if (focused instanceof HTMLElement && focused !== document.activeElement)
    focused.focus({ preventScroll: true });

  document.getElementById('empty')?.toggleAttribute('hidden', numbers.length > 0);
  const rest = document.getElementById('total');
  if (rest)
    rest.textContent =
      total > numbers.length ? `The latest ${numbers.length} of ${total} numbers are shown.` : '';
  announceMessages(arrived);
  return arrived.map((message) => message.closest('article')?.dataset.number ?? '');
}

/** Writes times in the time zone and the language of the browser. @param {ParentNode} within */
export function useLocalTimes(within) {
  for (const element of within.querySelectorAll('time')) {
    const time = new Date(element.dateTime);
    const isToday = time.toDateString() === new Date().toDateString();
    element.textContent = isToday
      ? time.toLocaleTimeString([], { timeStyle: 'medium' })
      : time.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  }
}

/** Returns the messages that are new. @param {string} number @param {string} html @returns {HTMLElement[]} */
function showPhone(number, html) {
  const next = new DOMParser().parseFromString(html, 'text/html').querySelector('article');
  if (!next) return [];
  const phone = document.getElementById(number);
  if (phone) return update(phone, next);
  useLocalTimes(next);
  list.prepend(document.adoptNode(next));
  return messagesOf(next).map(markAsNew);
}

/** Changes only what is different, so that open menus and the focus stay. @param {Element} phone @param {Element} next */
function update(phone, next) {
  replaceIfChanged(phone, next, 'earlier');
  setDelivery(phone, next);
  const old = new Map(messagesOf(phone).map((message) => [message.dataset.sid, message]));
  /** @type {HTMLElement[]} */
  const arrived = [];
  for (const message of messagesOf(next)) {
    const known = old.get(message.dataset.sid);
    old.delete(message.dataset.sid);
    if (known) updateMessage(known, message);
    else arrived.push(message);
  }
  for (const message of old.values()) message.remove();
  for (const message of arrived) {
    useLocalTimes(message);
    phone.querySelector('.messages')?.append(document.adoptNode(markAsNew(message)));
  }
  return arrived;
}

/** @param {HTMLElement} message @param {HTMLElement} next */
function updateMessage(message, next) {
  const hasFailed = message.dataset.status !== next.dataset.status && next.dataset.status === 'undelivered';
  Object.assign(message.dataset, next.dataset);
  for (const part of ['bubble', 'status', 'fail']) replaceIfChanged(message, next, part);
  if (hasFailed) announce(`Message to ${phoneName(message)}: ${textOf(message, '.status')}`);
}

/** @param {Element} element @param {Element} next @param {string} name */
function replaceIfChanged(element, next, name) {
  const [part, newPart] = [partOf(element, name), partOf(next, name)];
  if (!part || !newPart || part.dataset.version === newPart.dataset.version) return;
  const hadFocus = part.contains(document.activeElement);
  part.replaceWith(document.adoptNode(newPart));
  if (hadFocus && element instanceof HTMLElement) element.focus({ preventScroll: true });
}

/** Does not touch a choice that was not sent yet. @param {Element} phone @param {Element} next */
function setDelivery(phone, next) {
  const [form, newForm] = [partOf(phone, 'delivery'), partOf(next, 'delivery')];
  const select = form?.querySelector('select');
  if (!form || !newForm || !select || form.dataset.version === newForm.dataset.version) return;
  form.dataset.version = newForm.dataset.version;
  select.value = newForm.dataset.version ?? '';
}

/** @param {Element} element @param {string} name */
function partOf(element, name) {
  const part = element.querySelector(`[data-part="${name}"]`);
  return part instanceof HTMLElement ? part : undefined;
}

/** @param {Element} phone @returns {HTMLElement[]} */
function messagesOf(phone) {
  return [...phone.querySelectorAll('li')];
}

/** @param {HTMLElement} message */
function markAsNew(message) {
  message.classList.add('new');
  // Otherwise the message would move again whenever its phone is moved.
  message.addEventListener('animationend', () => message.classList.remove('new'), { once: true });
  return message;
}

/** @param {HTMLElement[]} messages */
function announceMessages(messages) {
  if (messages.length > MAX_ANNOUNCED) announce(`${messages.length} new messages`);
  else
    for (const message of messages)
      announce(`New message to ${phoneName(message)}: ${textOf(message, '.text')}`);
}

/** @param {Element} message */
function phoneName(message) {
  return textOf(message.closest('article'), 'h2');
}

/** @param {Element | null} element @param {string} selector */
function textOf(element, selector) {
  return element?.querySelector(selector)?.textContent?.trim() ?? '';
}
