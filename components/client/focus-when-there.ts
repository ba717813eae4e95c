/** Moves the focus to an element that the present act brings back, once it is on the page. */
export function focusWhenThere(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}
