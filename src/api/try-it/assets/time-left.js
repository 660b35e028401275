/** The seconds before the end at which a screen reader says how much time is left. */
const REMINDERS = [60, 30, 10];

/** The seconds that were shown last; Infinity for none. */
let secondsShown = Infinity;

/** A new screen: what is left of its time was not shown before. */
export function forgetTimeLeft() {
  secondsShown = Infinity;
}

/**
 * Shows the time that is left, each second, and when the code can be sent again, as long as it can. The server says how many seconds are
 * left: the clock of this device may be wrong.
 *
 * @param {DOMStringMap} state
 * @param {AbortSignal} signal
 */
export function showTimeLeft(state, signal) {
  const endsAt = endOf(state, 'secondsLeft');
  const resendAt = endOf(state, 'resendIn');
  const resendEndsAt = endOf(state, 'resendEndsIn');
  const tick = () => {
    if (signal.aborted) return;
    if (endsAt !== undefined) showWindow(secondsUntil(endsAt));
    if (resendEndsAt !== undefined && secondsUntil(resendEndsAt) === 0) replaceResend();
    else if (resendAt !== undefined) showResend(secondsUntil(resendAt));
    setTimeout(tick, 1_000 - (performance.now() % 1_000));
  };
  tick();
}

/**
 * When a time ends, by the clock of `performance.now()`; undefined if the attribute is empty. It is kept in the state:
 * after a form that could not be sent, the same state is shown again.
 *
 * @param {DOMStringMap} state
 * @param {'secondsLeft' | 'resendIn' | 'resendEndsIn'} name
 */
function endOf(state, name) {
  if (!state[name]) return undefined;
  return Number((state[`${name}Until`] ??= String(performance.now() + Number(state[name]) * 1_000)));
}

/** @param {number} time */
function secondsUntil(time) {
  return Math.max(0, Math.ceil((time - performance.now()) / 1_000));
}

/** @param {number} seconds */
function showWindow(seconds) {
  const text = document.querySelector('#timer p');
  const progress = document.querySelector('#timer progress');
  const reminder = document.getElementById('reminder');
  if (text) text.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
  if (progress instanceof HTMLProgressElement) progress.value = seconds;
  const isReached = REMINDERS.some((each) => seconds <= each && each < secondsShown);
  if (reminder && isReached && secondsShown !== Infinity) reminder.textContent = `${seconds} seconds left.`;
  secondsShown = seconds;
}

/** @param {number} seconds */
function showResend(seconds) {
  const button = document.querySelector('#resend button');
  if (!button) return;
  const text = seconds > 0 ? `Send the code again in ${seconds} s` : 'Send the code again';
  if (button.textContent !== text) button.textContent = text;
  if (seconds > 0) button.setAttribute('aria-disabled', 'true');
  else button.removeAttribute('aria-disabled');
}

/**
 * Replaces the form for a resend. If its button has the focus, and there may be no other button, the code gets it.
 *
 * @param {Element} [replacement] Default: no form.
 */
export function replaceResend(replacement) {
  const resend = document.getElementById('resend');
  const hadFocus = resend?.contains(document.activeElement);
  if (replacement) resend?.replaceWith(document.adoptNode(replacement));
  else resend?.replaceChildren();
  if (hadFocus) document.getElementById('code')?.focus();
}
