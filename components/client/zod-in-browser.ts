import { config } from "zod/v4";

// next.config.mjs puts this module in place of zod in browsers. zod asks whether it may compile a parser when the first
// object schema is made. The page's policy forbids eval and reports each attempt, so the question must not be asked.
config({ jitless: true });

// biome-ignore lint/performance/noBarrelFile: it is zod under another name
export * from "zod/v4";
