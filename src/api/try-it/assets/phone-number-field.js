/**
 * Formats the number while a person types it, and shows its country.
 *
 * @param {AbortSignal} signal
 */
export function formatWhileTyping(signal) {
  const input = document.getElementById('phone-number');
  const country = document.getElementById('country');
  if (!(input instanceof HTMLInputElement) || !country) return;
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  const format = () => {
    const formatter = new libphonenumber.AsYouType();
    const formatted = formatter.input(input.value);
    // In the middle of the number, formatting would move the cursor.
    if (input.selectionEnd === input.value.length) input.value = formatted;
    const code = formatter.getCountry();
    country.textContent = code ? `Country: ${names.of(code)}` : '';
  };
  /** @param {Event} event */
  const onInput = (event) => {
    // After a deletion, formatting would put the deleted character back.
    if (!(event instanceof InputEvent) || !event.inputType.startsWith('delete')) format();
  };
  input.addEventListener('input', onInput, { signal });
  if (input.value !== '') format();
}
