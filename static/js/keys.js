// <rf-keys>: keys press what carries data-key ("1", "?", "enter", "alt+shift+2"): fields get the focus, the rest a click.
// What the page itself offers goes before what stands on every page.
// Single keys are off inside fields, in bursts (somebody is typing), outside an open dialog, and with `data-off`.
// Inside a field: Alt+1-9 presses "1"-"9", Ctrl+Enter presses the form's [data-save], Esc leaves.
customElements.define('rf-keys', class extends HTMLElement {
  connectedCallback() {
    this.last = -Infinity;
    document.addEventListener('keydown', this);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this);
  }

  handleEvent(event) {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const field = event.target.closest?.('textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit])');
    const pressed = field && !event.altKey ? this.inField(event, field) : this.press(this.name(event, field), event);
    if (pressed) event.preventDefault();
  }

  inField(event, field) {
    if (event.key === 'Escape' && !field.closest('dialog, :popover-open')) {
      field.blur();
      return true;
    }
    const save = event.key === 'Enter' && (event.ctrlKey || event.metaKey) && field.form?.querySelector('[data-save]');
    if (save) save.click();
    return Boolean(save);
  }

  name(event, field) {
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (event.altKey && digit) return event.shiftKey ? `alt+shift+${digit}` : digit;
    if (field || event.altKey || event.ctrlKey || event.metaKey) return null;
    return this.single(event);
  }

  single(event) {
    const printable = event.key.length === 1;
    const burst = printable && event.timeStamp - this.last < 300;
    if (printable) this.last = event.timeStamp;
    const native = event.key === 'Enter' && event.target.closest('a, button, summary');
    return burst || native || this.hasAttribute('data-off') ? null : event.key.toLowerCase();
  }

  press(name, event) {
    const open = [...document.querySelectorAll('dialog[open], :popover-open')].at(-1);
    const scope = open && !name?.startsWith('alt+shift+') ? open : document;
    const key = name && `[data-key="${CSS.escape(name)}"]`;
    const element = key && (scope.querySelector(`main ${key}`) ?? scope.querySelector(key));
    if (!element) return false;
    if (element.matches('input:not([type=radio], [type=checkbox]), textarea')) element.focus();
    else element.click();
    return true;
  }
});
