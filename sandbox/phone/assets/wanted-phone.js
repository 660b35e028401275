import { showNotice } from './announcements.js';

/** The address for which the phone was shown. */
let shownFor = '';

/** The address whose phone gets the focus, wherever the focus is. */
let focusFor = '';

/** Shows the phone that the address names, as in `/#+14255550123`. A phone that comes later is shown then. */
export function showWantedPhone() {
  const { hash } = location;
  if (hash === shownFor) return;
  document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');
  const number = hash.slice(1);
  const phone = document.getElementById(number);
  if (!phone?.matches('.phone')) {
    shownFor = '';
    return showNotice(
      /^\+\d+$/.test(number) ? `No message to ${number} yet. It appears here by itself.` : '',
    );
  }
  shownFor = hash;
  showNotice('');
  phone.dataset.wanted = '';
  phone.scrollIntoView({ block: 'center' });
  // Does not take the focus from a field or a button, except from the form that prepared the phone.
  if (hash === focusFor || document.activeElement?.matches('body, .phone'))
    phone.focus({ preventScroll: true });
  focusFor = '';
}

/** Shows this phone and moves the focus to it, as soon as it is there. @param {string} number */
export function goToPhone(number) {
  location.hash = number;
  focusFor = location.hash;
  shownFor = '';
  showWantedPhone();
}

/**
 * Another phone has something newer than the wanted one: it is no longer marked, and a reload does not go back to it.
 *
 * @param {readonly string[]} numbers The phones that have a new message.
 */
export function leaveWantedPhone(numbers) {
  const wanted = location.hash.slice(1);
  if (shownFor === '' || numbers.every((number) => number === wanted)) return;
  shownFor = '';
  document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');
  history.replaceState(null, '', location.pathname);
}
