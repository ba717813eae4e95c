import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// The words of actions belong to the pages (components/messages), which lib may not import. Exports name actions too, in
// English as their columns are, so the labels are copied here.
const MESSAGES = "components/messages/en/actions.json";

/** The generated module, which is committed: a new word is seen in review. */
export const ACTION_WORDS_FILE = "lib/audit/action-words.ts";

/** Returns the text of the generated module. */
export function actionWordsModule(labels) {
  return [
    "// Written by `npm run generate` (scripts/action-words.mjs). Do not edit.",
    "",
    "/** What each action is called in exports, by the key of its wording. */",
    "export const ACTION_WORDS: Readonly<Record<string, string>> = {",
    ...Object.entries(labels).map(([key, label]) => `  ${key}: ${JSON.stringify(label)},`),
    "};",
    "",
  ].join("\n");
}

/** Writes the generated module where it is not up to date. */
export function writeActionWords(root) {
  const file = path.join(root, ACTION_WORDS_FILE);
  const { labels } = JSON.parse(readFileSync(path.join(root, MESSAGES), "utf8"));
  const text = actionWordsModule(labels);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
