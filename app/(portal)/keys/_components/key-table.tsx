import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import { formatCount } from "@/lib/format";
import type { KeyView } from "@/lib/keys/schema";
import type { KeyState } from "@/lib/keys/states";

const LOOKS: Readonly<Record<KeyState, { readonly tone: Tone; readonly icon: IconName }>> = {
  pre_active: { tone: "amber", icon: "clock" },
  active: { tone: "accent", icon: "check" },
  suspended: { tone: "amber", icon: "pause" },
  deactivated: { tone: "plain", icon: "nothing" },
  compromised: { tone: "oxblood", icon: "warning" },
  destroyed: { tone: "plain", icon: "cross" },
};

/** State of a key version (NIST SP 800-57) as icon and word. */
export function StateTag({ state, isBoxed = false }: { state: KeyState; isBoxed?: boolean }) {
  const t = useTranslations("keys.states");
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon} isBoxed={isBoxed}>
      {t(state)}
    </Tag>
  );
}

/** Returns who holds a key, from the view of a person of participant `own`. */
export function custodyOf(key: KeyView, own: string | undefined): KeyView["custody"] | "own" {
  return key.custody === "client" && key.participant_id === own ? "own" : key.custody;
}

interface Seen {
  readonly keys: readonly KeyView[];
  /** The reader's participant. The reader holds its client-held keys. */
  readonly own: string | undefined;
}

/** Columns of a list of key versions. The number of wraps is shown only where the reader may know it. */
export function useKeyColumns({ keys, own }: Seen): Column<KeyView>[] {
  const t = useTranslations("keys.columns");
  const locale = useLocale();
  const custody = useTranslations("keys.custody");
  const seesWraps = keys.some((key) => key.remaining_wraps !== undefined);
  return [
    { key: "kid", head: t("key"), isTitle: true, cell: (key) => key.kid },
    { key: "version", head: t("version"), isNumber: true, cell: (key) => key.key_version },
    { key: "custody", head: t("custody"), cell: (key) => custody(`${custodyOf(key, own)}.short`) },
    {
      key: "fingerprint",
      head: t("fingerprint"),
      cell: (key) => <Digest value={key.fingerprint} label={t("fingerprint")} />,
    },
    ...(seesWraps
      ? [
          {
            key: "wraps",
            head: t("wraps"),
            isNumber: true,
            cell: (key: KeyView) =>
              key.remaining_wraps === undefined ? "–" : formatCount(key.remaining_wraps, locale),
          },
        ]
      : []),
    {
      key: "registered",
      head: t("registered"),
      cell: (key) => <LocalTime instant={key.registered_at} form="minute" />,
    },
    { key: "state", head: t("state"), cell: (key) => <StateTag state={key.state} /> },
  ];
}

/** The key versions of one participant. */
export function KeyTable(props: Seen & { caption: string; current: string }) {
  const columns = useKeyColumns(props);
  return (
    <Table
      caption={props.caption}
      columns={columns}
      rows={props.keys}
      rowKey={(key) => key.key_id}
      href={(key) => `/keys/${key.key_id}`}
      isCurrent={(key) => key.key_id === props.current}
    />
  );
}
