import { getTranslations } from "next-intl/server";
import { CodeSample } from "@/components/ui/code-sample";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { readRootBackup } from "@/lib/api-client/operations/keys";
import { loadPage } from "@/lib/http/pages/page";
import { readRootBackup as readBackup } from "@/lib/keys/read-root-backup";
import type { RootBackup, RootBackupStanding } from "@/lib/keys/schema";
import type { Role } from "@/lib/vocabulary";

const CEREMONY = "npm run keys -- backup ceremony --of portal --threshold 3 --shares 5 --out FOLDER";
/** The state that is shown. `untried`: a current backup without a drill. */
type Look = RootBackupStanding | "untried";

function lookOf({ standing, backup }: RootBackup): Look {
  return standing === "current" && backup?.last_drill_at === null ? "untried" : standing;
}

/** The command to run next, on the portal's machine. A drill needs as many shares as a restore. */
function commandFor(look: Look, { backup }: RootBackup): string | undefined {
  if (look === "none" || look === "older-root") return CEREMONY;
  if (look !== "untried" && look !== "drill-due") return undefined;
  return `npm run keys -- backup drill --of portal${" FILE".repeat(backup?.threshold ?? 0)}`;
}

const TONES: Readonly<Partial<Record<Look, "accent" | "amber">>> = {
  current: "accent",
  untried: "amber",
  "drill-due": "amber",
};

async function Standing({ root }: { root: RootBackup }) {
  const t = await getTranslations("keys.backup");
  const look = lookOf(root);
  const command = commandFor(look, root);
  return (
    <>
      <Notice
        tone={TONES[look] ?? "oxblood"}
        icon={look === "current" ? "check" : "warning"}
        title={t(`standings.${look}.title`)}
        className="mt-3 max-w-[720px]"
      >
        <p>{t(`standings.${look}.text`, { days: root.drill_days })}</p>
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

/** Shows the state of the root key's backup, to administrators only. */
export async function RootBackupSection({ role }: { role: Role }) {
  if (role !== "admin") return null;
  const t = await getTranslations("keys.backup");
  const read = await loadPage(readRootBackup, "/confidential/keys/backup", async (cx) => readBackup(cx));
  if (!read.ok) return null;
  return (
    <Section title={t("title")}>
      <p className="max-w-[720px] py-2 text-control text-ink-2">{t("text")}</p>
      <Facts look="aligned" facts={await factsOf(read.value)} />
      <Standing root={read.value} />
    </Section>
  );
}
