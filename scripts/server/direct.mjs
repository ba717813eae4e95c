// The direct way of a call: the portal's server hands calls of the API to their endpoints without Next, whose pipeline
// costs more than a read of one record. The endpoints are part of the build. instrumentation.ts, which Next runs at the
// first request (start-portal.mjs makes it), puts what opens them on globalThis (lib/http/dispatch/slot.ts).

const SLOT = Symbol.for("sealport.api");

/**
 * Returns a function that answers a call of the API and returns true; false leaves a request to Next, as the first ones
 * are until the endpoints are loaded.
 */
export function directWay() {
  let api;
  let isOpening = false;
  return (request, response) => {
    if (api !== undefined) return api.serve(request, response);
    const open = globalThis[SLOT];
    if (typeof open !== "function" || isOpening) return false;
    isOpening = true;
    // Next answers with the cause where they cannot be loaded.
    open().then(
      (opened) => {
        api = opened;
      },
      () => undefined,
    );
    return false;
  };
}
