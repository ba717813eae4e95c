import { getTranslations } from "next-intl/server";
import { CodeSample } from "@/components/ui/code-sample";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { readRootBackup } from "@/lib/api-client/operations/keys";
import type { Role } from "@/lib/context";
import { loadPage } from "@/lib/http/page";
import { readRootBackup as readBackup } from "@/lib/keys/read-root-backup";
import type { RootBackup, RootBackupStanding } from "@/lib/keys/schema";

/** What helps; run on the portal's machine, where the keystore is. */
const COMMANDS: Readonly<Partial<Record<RootBackupStanding, string>>> = {
  none: "npm run keys -- backup ceremony --of portal --threshold 3 --shares 5 --out FOLDER",
  "older-root": "npm run keys -- backup ceremony --of portal --threshold 3 --shares 5 --out FOLDER",
  "drill-due": "npm run keys -- backup drill --of portal FILE FILE FILE",
};

async function Standing({ standing, drill_days }: Pick<RootBackup, "standing" | "drill_days">) {
  const t = await getTranslations("keys.backup");
  const command = COMMANDS[standing];
  if (standing === "current") return null;
  return (
    <>
      <Notice
        tone={standing === "drill-due" ? "amber" : "oxblood"}
        icon="warning"
        title={t(`standings.${standing}.title`)}
        className="mt-3"
      >
        <p>{t(`standings.${standing}.text`, { days: drill_days })}</p>
      </Notice>
      {command === undefined ? null : (
        <div className="mt-3 max-w-[720px]">
          <CodeSample label={t("command")} code={command} />
        </div>
      )}
    </>
  );
}

async function factsOf({ root, standing, backup }: RootBackup): Promise<Fact[]> {
  const t = await getTranslations("keys.backup");
  const inUse: Fact = { name: t("root"), value: root };
  if (backup === undefined) return [inUse];
  const { id, threshold, shares, made_at, last_drill_at } = backup;
  return [
    inUse,
    { name: t("backup"), value: id },
    {
      name: t("of"),
      value: standing === "older-root" ? t("olderRoot", { root: backup.root }) : t("currentRoot"),
    },
    { name: t("shares"), value: t("sharesOf", { threshold, shares }) },
    { name: t("made"), value: <LocalTime instant={made_at} form="minute" /> },
    {
      name: t("lastDrill"),
      value: last_drill_at === null ? t("noDrill") : <LocalTime instant={last_drill_at} form="minute" />,
    },
  ];
}

/** How the backup of the portal's root key stands; nothing for who is no administrator. */
export async function RootBackupSection({ role }: { role: Role }) {
  if (role !== "admin") return null;
  const t = await getTranslations("keys.backup");
  const read = await loadPage(readRootBackup, "/confidential/keys/backup", async (cx) => readBackup(cx));
  if (!read.ok) return null;
  const { standing, drill_days } = read.value;
  return (
    <Section title={t("title")}>
      <p className="max-w-[720px] py-2 text-control text-ink-2">{t("text")}</p>
      <Facts look="aligned" facts={await factsOf(read.value)} />
      <Standing standing={standing} drill_days={drill_days} />
    </Section>
  );
}
