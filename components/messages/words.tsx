import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import type { Namespace } from "@/components/messages/catalogue";

/** What every client component may use without asking. */
const BASE: readonly Namespace[] = ["brand", "copy", "error", "ui", "domain", "portal", "problem"];

/** Sends the browser the wording that the client components inside need, and no more. */
export async function Words(props: { namespaces: readonly Namespace[]; children: ReactNode }) {
  const all = await getMessages();
  const wanted = new Set<string>([...BASE, ...props.namespaces]);
  const messages = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)));
  return <NextIntlClientProvider messages={messages}>{props.children}</NextIntlClientProvider>;
}
