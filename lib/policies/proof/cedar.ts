import { createRequire } from "node:module";
import v8 from "node:v8";

v8.setFlagsFromString("--no-turbo-inline-js-wasm-calls");
export const cedar: typeof import("@cedar-policy/cedar-wasm/nodejs") = createRequire(import.meta.url)(
  "@cedar-policy/cedar-wasm/nodejs",
);
