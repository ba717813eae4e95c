import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const TONES = { live: "text-accent", expired: "text-ink-2", revoked: "text-ink-2" } as const;

/** What a row shows of an API key. It never has the key. */
export function useApiKeyColumns(): Record<"name" | "may" | "used" | "ends" | "state", Column<ApiKeyView>> {
  const t = useTranslations("programs");
  return {
    name: {
      key: "name",
      head: t("columns.name"),
      isTitle: true,
      cell: ({ label, prefix }) => (
        <span>
          {label}
          <span className="block font-mono text-note text-ink-2">sp_{prefix}_…</span>
        </span>
      ),
    },
    may: {
      key: "may",
      head: t("columns.may"),
      className: "max-tablet:basis-full",
      cell: ({ scopes, addresses, signing_key: signing }) => (
        <span className="block max-w-[52ch]">
          {scopes.map((scope) => t(`scopes.${scope}.short`)).join(", ")}
          {addresses.length === 0 ? null : (
            <span className="block wrap-anywhere font-mono text-note text-ink-2">{addresses.join(" ")}</span>
          )}
          {signing === null ? null : (
            <span className="block text-note text-ink-2">
              {t("signs")} <Digest value={signing} label={t("signs")} />
            </span>
          )}
        </span>
      ),
    },
    used: {
      key: "used",
      head: t("columns.used"),
      isNamed: true,
      cell: ({ last_used_at: at }) => (at === null ? t("never") : <LocalTime instant={at} form="minute" />),
    },
    ends: {
      key: "ends",
      head: t("columns.ends"),
      isNamed: true,
      cell: ({ state, expires_at: end, revoked_at: revoked }) => {
        const at = revoked ?? end;
        if (at !== null) return <LocalTime instant={at} form="minute" />;
        return state === "live" ? <span className="text-amber">{t("never")}</span> : null;
      },
    },
    state: {
      key: "state",
      head: t("columns.state"),
      cell: ({ state }) => <span className={TONES[state]}>{t(`states.${state}`)}</span>,
    },
  };
}
