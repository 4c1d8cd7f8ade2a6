/** `work` soon after it is asked for, once in `ms` however often that is, until `signal`. @param {number} ms @param {AbortSignal} signal @param {() => unknown} work */
export function calmly(ms, signal, work) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (!signal.aborted) work();
    }, ms);
  };
}

/** Shows why a page could not be filled, unless it was left meanwhile. @param {{ trouble?: unknown }} seen @param {AbortSignal} signal @param {() => void} redraw */
export const troubleIn = (seen, signal, redraw) => (/** @type {unknown} */ error) => {
  if (signal.aborted) return;
  seen.trouble = error;
  redraw();
};
