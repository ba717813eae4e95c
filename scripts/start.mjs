import { register } from "node:module";
import { register as registerTypeScript } from "tsx/esm/api";

// `npm start`. TypeScript is loaded in this process, so that its pid is the supervisor's own; `server-only`
// means something to bundlers only.
registerTypeScript();
register(
  `data:text/javascript,${encodeURIComponent(
    "export const resolve = (specifier, context, next) => specifier === 'server-only'" +
      " ? { url: 'data:text/javascript,', shortCircuit: true } : next(specifier, context);",
  )}`,
);
const { supervise } = await import("../lib/launch/supervisor.ts");
await supervise();
