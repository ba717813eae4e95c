import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import type { Fact } from "@/components/ui/facts";
import { fromBase64url } from "@/lib/crypto/bytes";
import { spokenGroups } from "@/lib/format";
import type { RosterChangeView } from "@/lib/identity/roster/schema";

/** 128 bits of the fingerprint: enough that nobody makes another key with the same, and short enough to be read. */
const GROUPS = 8;

/** A key as two people compare it on the telephone: the same groups on both pages. */
function KeyWords({ fingerprint }: { fingerprint: string }) {
  return (
    <span className="block max-w-[25rem] font-mono text-body">
      {spokenGroups(fromBase64url(fingerprint), GROUPS)}
    </span>
  );
}

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
