"""The few lines of JavaScript the pages need, each with one task."""

from __future__ import annotations

import json

import reflex as rx
from reflex.event import EventSpec


def open_dialog(name: str) -> EventSpec:
    """Show the <dialog> with this id as a modal one; nothing when it is open or absent."""
    return rx.call_script(
        f"(() => {{ const dialog = document.getElementById('{name}'); "
        "if (dialog && !dialog.open) dialog.showModal(); })()"
    )


def close_dialogs() -> EventSpec:
    return rx.call_script("document.querySelectorAll('dialog[open]').forEach((d) => d.close())")


def scroll_to_top() -> EventSpec:
    return rx.call_script("window.scrollTo({top: 0})")


def focus(name: str) -> EventSpec:
    return rx.call_script(f"document.getElementById('{name}')?.focus()")


def show_current_pill() -> EventSpec:
    """Scroll a row of links that is wider than the screen to the one that is open."""
    return rx.call_script(
        "document.querySelectorAll('nav [aria-current=page]').forEach((link) => {"
        "const row = link.closest('ul');"
        "row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2; })"
    )


def reset_form(name: str) -> EventSpec:
    """Empty the fields of a form that was sent."""
    return rx.call_script(f"document.getElementById('{name}')?.reset()")


# A click on a dialog's backdrop closes it: the backdrop is outside the dialog's box.
DIALOG_BEHAVIOUR = """
document.addEventListener('click', (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.open) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && event.detail > 0) dialog.close();
});
"""

# The list below a search box (WAI-ARIA combobox): open while its box is typed in or returned to,
# walked through with the arrow keys, followed with Enter, closed with Escape.
SEARCH_BOX_BEHAVIOUR = """
(() => {
  const form = (node) => node?.closest?.('form[role=search]');
  const input = (box) => box.querySelector('[role=combobox]');
  const isInput = (node) => node.getAttribute?.('role') === 'combobox' && form(node) !== null;
  const options = (box) => [...box.querySelectorAll('[role=option]')];
  const point = (box, index) => {
    options(box).forEach((option, at) => {
      option.id = `${input(box).id}-hint-${at}`;
      option.setAttribute('aria-selected', at === index);
      if (at === index) option.scrollIntoView({block: 'nearest'});
    });
    if (index < 0) input(box).removeAttribute('aria-activedescendant');
    else input(box).setAttribute('aria-activedescendant', `${input(box).id}-hint-${index}`);
  };
  const show = (box, open) => {
    if (!box.watched) {
      box.watched = new MutationObserver(() => show(box, 'open' in box.dataset));
      box.watched.observe(box.querySelector('[role=listbox]'), {childList: true, subtree: true});
    }
    if (open) box.dataset.open = '';
    else delete box.dataset.open;
    const expanded = open && options(box).length > 0;
    input(box).setAttribute('aria-expanded', expanded);
    point(box, -1);
    return expanded;
  };
  const closeAllBut = (kept) => document.querySelectorAll('form[role=search][data-open]')
    .forEach((box) => { if (box !== kept) show(box, false); });
  // What the page was asked stands in the box, unless somebody is typing there.
  new MutationObserver((changes) => changes.forEach(({target, oldValue}) => {
    if (!isInput(target)) return;
    const typing = target === document.activeElement && target.value !== (oldValue ?? '');
    if (!typing) target.value = target.defaultValue;
  })).observe(document, {
    subtree: true, attributes: true, attributeFilter: ['value'], attributeOldValue: true,
  });
  document.addEventListener('input', ({target}) => {
    if (isInput(target)) show(form(target), target.value.trim() !== '');
  });
  document.addEventListener('focusin', ({target}) => closeAllBut(form(target)));
  document.addEventListener('pointerdown', ({target}) => closeAllBut(form(target)));
  document.addEventListener('submit', ({target}) => { if (form(target)) show(target, false); });
  document.addEventListener('click', ({target}) => {
    if (target.closest?.('[role=option]') && form(target)) show(form(target), false);
  });
  document.addEventListener('keydown', (event) => {
    if (!isInput(event.target) || event.isComposing) return;
    const box = form(event.target);
    const all = options(box);
    const open = 'open' in box.dataset && all.length > 0;
    const at = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step && all.length) {
      event.preventDefault();
      if (!open) show(box, true);
      // Past either end comes the box itself, then the other end.
      point(box, (at + 1 + step + all.length + 1) % (all.length + 1) - 1);
    } else if (event.key === 'Enter' && open && at >= 0) {
      event.preventDefault();
      all[at].click();
      event.target.blur();
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      show(box, false);
    }
  });
})();
"""

# Groups a card number by four and puts the slash into its expiry while they are typed.
CARD_INPUT_BEHAVIOUR = """
document.addEventListener('input', (event) => {
  const kind = event.target?.dataset?.card;
  if (!kind) return;
  const digits = event.target.value.replace(/\\D/g, '');
  if (kind === 'number') event.target.value = digits.slice(0, 19).replace(/(.{4})(?=.)/g, '$1 ');
  if (kind === 'expiry') {
    const padded = /^[2-9]$/.test(digits) ? '0' + digits : digits;
    const [month, year] = [padded.slice(0, 2), padded.slice(2, 4)];
    event.target.value = year ? month + ' / ' + year : month;
  }
  if (kind === 'cvc') event.target.value = digits.slice(0, 4);
});
"""


def tokenise_card(api_url: str, publishable_key: str) -> str:
    """Script that sends the card from the browser to Stripe and gives back
    ``{id: "pm_…"}`` or ``{error: "…", field: "…"}``. The card never passes through the store."""
    address = json.dumps(f"{api_url}/v1/payment_methods")
    key = json.dumps(publishable_key)
    return f"""(async () => {{
  const value = (name) => document.querySelector(`[data-card="${{name}}"]`)?.value.trim() ?? '';
  const number = value('number').replace(/\\s/g, '');
  const [month, year] = value('expiry').split('/').map((part) => part.trim());
  const luhn = [...number].reverse().reduce((sum, digit, index) => {{
    const n = Number(digit) * (index % 2 ? 2 : 1);
    return sum + (n > 9 ? n - 9 : n);
  }}, 0);
  if (number.length < 12 || luhn % 10) return {{error: 'Check the card number.', field: 'number'}};
  if (!/^(0[1-9]|1[0-2])$/.test(month ?? '') || !/^\\d{{2}}$/.test(year ?? ''))
    return {{error: 'Enter the expiry date as month / year.', field: 'expiry'}};
  if (new Date(2000 + Number(year), Number(month), 1) <= new Date())
    return {{error: 'This card has expired. Use another one.', field: 'expiry'}};
  if (!/^\\d{{3,4}}$/.test(value('cvc')))
    return {{error: 'Enter the security code from the card.', field: 'cvc'}};
  const body = new URLSearchParams({{
    type: 'card', 'card[number]': number, 'card[exp_month]': String(Number(month)),
    'card[exp_year]': '20' + year, 'card[cvc]': value('cvc'),
  }});
  if (value('name')) body.set('billing_details[name]', value('name'));
  try {{
    const answer = await fetch({address}, {{
      method: 'POST', body, headers: {{Authorization: 'Bearer ' + {key}}},
      signal: AbortSignal.timeout(20000),
    }});
    const data = await answer.json();
    if (answer.ok && data.id) return {{id: data.id}};
    return {{error: data.error?.message ?? 'The card was not accepted. Use another one.'}};
  }} catch {{
    return {{error: 'The payment provider does not answer. Your card was not charged; try again.'}};
  }}
}})()"""
