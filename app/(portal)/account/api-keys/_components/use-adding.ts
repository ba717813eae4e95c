"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { focusWhenThere } from "@/components/client/focus-when-there";
import type { createApiKey } from "@/lib/api-client/operations/api-keys";
import type { Scope } from "@/lib/vocabulary";

const ADD = target<typeof createApiKey>("POST", "/confidential/account/api-keys");
/** Days until a key ends; it says `never` for one that does not. */
export const ENDS = ["30", "90", "365", "never"] as const;
export const IDS = {
  label: "key-label",
  scopes: "key-scopes",
  end: "key-end",
  addresses: "key-addresses",
  signing: "key-signing",
} as const;
const DAY_MS = 86_400_000;
const SIGNING = /^[A-Za-z0-9_-]{43}$/;
const MAX_ADDRESSES = 20;

interface Draft {
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly end: string;
  readonly addresses: string;
  readonly signing: string;
}

const EMPTY: Draft = { label: "", scopes: ["read"], end: "90", addresses: "", signing: "" };

const linesOf = (text: string) => text.split(/\s+/).filter((line) => line !== "");

function bodyOf({ label, scopes, end, addresses, signing }: Draft) {
  const listed = linesOf(addresses);
  return {
    label: label.trim(),
    scopes: [...scopes],
    ...(listed.length === 0 ? {} : { addresses: listed }),
    ...(end === "never" ? {} : { expires_at: new Date(Date.now() + Number(end) * DAY_MS).toISOString() }),
    ...(signing.trim() === "" ? {} : { signing_key: signing.trim() }),
  };
}

/** What the form asks for, its faults, and the call. */
export function useAdding() {
  const router = useRouter();
  const t = useTranslations("programs.add");
  const { isBusy, error, run } = useAct(ADD);
  const [draft, setDraft] = useState(EMPTY);
  const [attempt, setAttempt] = useState(0);
  const [secret, setSecret] = useState<string>();
  const found = {
    label: draft.label.trim() === "" ? t("labelNeeded") : undefined,
    scopes: draft.scopes.length === 0 ? t("scopesNeeded") : undefined,
    addresses: linesOf(draft.addresses).length > MAX_ADDRESSES ? t("addressesMany") : undefined,
    signing:
      draft.signing.trim() === "" || SIGNING.test(draft.signing.trim()) ? undefined : t("signingWrong"),
  };
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const choose = (scope: Scope, isOn: boolean) =>
    setDraft((before) => ({
      ...before,
      scopes: isOn ? [...before.scopes, scope] : before.scopes.filter((one) => one !== scope),
    }));
  const submit = async () => {
    setAttempt((before) => before + 1);
    if (Object.values(found).some((fault) => fault !== undefined)) return;
    const answer = await run({ body: bodyOf(draft) });
    if (answer === undefined) return;
    setSecret(answer.key);
    setDraft(EMPTY);
    setAttempt(0);
    router.refresh();
  };
  const none = { label: undefined, scopes: undefined, addresses: undefined, signing: undefined };
  const faults = attempt === 0 ? none : found;
  const done = () => {
    setSecret(undefined);
    focusWhenThere(IDS.label);
  };
  return { draft, set, choose, attempt, faults, secret, done, isBusy, error, submit };
}
export type Adding = ReturnType<typeof useAdding>;
