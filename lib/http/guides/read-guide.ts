import "server-only";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { MarkedToken } from "marked";
import { blocksOf, plainText } from "@/lib/http/guides/markdown";

/** Guides that the portal shows: name in its address, and the file of this program that it is. */
const GUIDES = {
  "ten-minutes": "docs/guides/ten-minutes.md",
  migrating: "docs/guides/migrating.md",
  "signed-calls": "docs/guides/signed-calls.md",
  "keys-by-curl": "docs/guides/keys-by-curl.md",
  "held-keys": "docs/guides/held-keys.md",
  notifications: "docs/guides/notifications.md",
  import: "docs/guides/import.md",
  sdk: "sdk/README.md",
  "access-rules": "docs/guides/access-rules.md",
  policies: "docs/guides/policies.md",
  cli: "docs/guides/command-line.md",
  agency: "docs/guides/agency.md",
  backup: "docs/guides/backup.md",
  administrator: "docs/guides/administrator.md",
  deploying: "docs/guides/deploying.md",
  custody: "docs/custody/README.md",
  "root-key-backup": "docs/custody/backup.md",
  witness: "docs/witness.md",
} as const;

export type GuideName = keyof typeof GUIDES;

const isName = (name: string): name is GuideName => Object.hasOwn(GUIDES, name);
const fileOf = (name: GuideName): string => path.join(process.cwd(), GUIDES[name]);

/** The guides that this installation has. */
export function guideNames(): readonly GuideName[] {
  return Object.keys(GUIDES)
    .filter(isName)
    .filter((name) => existsSync(fileOf(name)));
}

/** Returns a guide's title and blocks; undefined when no guide has this name. */
export async function findGuide(
  name: string,
): Promise<
  { readonly name: GuideName; readonly title: string; readonly blocks: readonly MarkedToken[] } | undefined
> {
  if (!isName(name) || !existsSync(fileOf(name))) return undefined;
  const [first, ...rest] = blocksOf(await readFile(fileOf(name), "utf8"));
  if (first?.type !== "heading") return undefined;
  return { name, title: plainText(first.tokens), blocks: rest };
}

function folderOf(from: GuideName | "runbooks" | undefined): string {
  if (from === undefined) return "docs/guides";
  return from === "runbooks" ? "docs/runbooks" : path.posix.dirname(GUIDES[from]);
}

/** Returns a runbook's title and blocks; undefined when this installation does not have it. */
export async function findRunbook(
  name: string,
): Promise<{ readonly title: string; readonly blocks: readonly MarkedToken[] } | undefined> {
  if (!/^[a-z-]{1,40}$/.test(name)) return undefined;
  const file = path.join(process.cwd(), "docs/runbooks", `${name}.md`);
  if (!existsSync(file)) return undefined;
  const [first, ...rest] = blocksOf(await readFile(file, "utf8"));
  if (first?.type !== "heading") return undefined;
  return { title: plainText(first.tokens), blocks: rest };
}

/**
 * Returns where a link of a guide, or of a file next to the guides, leads in the portal; undefined for links into the
 * sources.
 */
export function hrefOf(link: string, from?: GuideName | "runbooks"): string | undefined {
  if (/^https?:\/\//.test(link) || /^[/#]/.test(link)) return link;
  const [file = "", anchor] = link.split("#");
  const folder = folderOf(from);
  const target = path.posix.join(folder, file);
  const name = guideNames().find((one) => GUIDES[one] === target);
  if (name === undefined) return undefined;
  return `/developers/guides/${name}${anchor === undefined ? "" : `#${anchor}`}`;
}
