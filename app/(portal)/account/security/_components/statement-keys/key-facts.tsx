import { useTranslations } from "next-intl";
import { KeyWords } from "@/app/(portal)/account/security/_components/statement-keys/key-words";
import { Digest } from "@/components/ui/digest";
import type { Fact } from "@/components/ui/facts";
import type { RosterChangeView } from "@/lib/identity/roster/schema";

/** The keys that come and go: to be read aloud, and by the name the roster has for them. */
export function useKeyFacts(change: RosterChangeView | undefined): readonly Fact[] {
  const t = useTranslations("roster.confirm");
  const aloud = useTranslations("roster.aloud");
  const of = (
    names: { readonly spoken: string; readonly id: string },
    id: string | undefined,
    fingerprint: string | undefined,
  ): Fact[] => [
    ...(fingerprint === undefined
      ? []
      : [{ name: names.spoken, value: <KeyWords fingerprint={fingerprint} /> }]),
    ...(id === undefined ? [] : [{ name: names.id, value: <Digest value={id} label={names.id} /> }]),
  ];
  return [
    ...of({ spoken: aloud("new"), id: t("new") }, change?.added, change?.added_fingerprint),
    ...of({ spoken: aloud("old"), id: t("old") }, change?.removed, change?.removed_fingerprint),
  ];
}
