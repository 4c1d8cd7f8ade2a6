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
