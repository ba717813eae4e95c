import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import type { Namespace } from "@/components/messages/catalogue";

/** A namespace, or a part of one by its path, such as `audit.filter`. */
type WordsPath = Namespace | `${Namespace}.${string}`;

/** What every client component may use without asking. */
const BASE: readonly WordsPath[] = ["brand", "copy", "error", "ui", "domain", "portal", "problem"];

type Branch = Record<string, unknown>;

const isBranch = (value: unknown): value is Branch => typeof value === "object" && value !== null;

/** Adds what `all` has at this path to `wanted`, at the same place. */
function take(all: Branch, [name = "", ...rest]: readonly string[], wanted: Branch): void {
  const value = all[name];
  if (rest.length === 0 || !isBranch(value)) {
    wanted[name] = value;
    return;
  }
  const inside = wanted[name];
  // The whole was taken before this part of it.
  if (inside === value) return;
  const branch: Branch = isBranch(inside) ? inside : {};
  wanted[name] = branch;
  take(value, rest, branch);
}

/** Sends the browser only the wording that the client components inside need, because all wording is a large part of a page. */
export async function Words(props: { namespaces: readonly WordsPath[]; children: ReactNode }) {
  const all = await getMessages();
  const messages: Branch = {};
  for (const path of [...BASE, ...props.namespaces]) take(all, path.split("."), messages);
  return <NextIntlClientProvider messages={messages}>{props.children}</NextIntlClientProvider>;
}
