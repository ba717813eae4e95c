"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { saveAnswer } from "@/components/client/download-link";
import { signStatement } from "@/components/client/sign-statement";
import type { Fault } from "@/components/form/faults";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useAnswers } from "@/components/form/use-answers";
import { fieldReason } from "@/components/messages/field-reasons";
import { Section } from "@/components/ui/section";
import type { RosterPage } from "@/lib/identity/roster/schema";

/** The statement `recovery` without its person, as the command prints it. */
interface Wanted {
  readonly log: string;
  readonly from: number;
  readonly to: number;
  readonly root: string;
}

function isWanted(given: unknown): given is Wanted {
  if (typeof given !== "object" || given === null) return false;
  const { log, from, to, root, ...more } = given as Partial<Record<string, unknown>>;
  const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to) && Number(from) >= 0;
  const isLog = typeof log === "string" && log.length >= 1 && log.length <= 255;
  const isRoot = typeof root === "string" && /^[\w-]{43}$/.test(root);
  return isRange && Number(from) < Number(to) && isLog && isRoot && Object.keys(more).length === 0;
}

/** Returns what `npm run recover` asks to sign; undefined for any other text. */
function wantedIn(line: string): Wanted | undefined {
  try {
    const given: unknown = JSON.parse(line);
    return isWanted(given) ? given : undefined;
  } catch {
    return undefined;
  }
}

function faultsOf({ line }: { line: string }): Fault[] {
  if (line.trim() === "") return [{ pointer: "/line", reason: fieldReason("is missing") }];
  return wantedIn(line) === undefined ? [{ pointer: "/line", reason: fieldReason("has another form") }] : [];
}

/** Signs that lost entries are appended again after a restore. What is signed is shown first, and saved as a file. */
export function SignRecovery({ person, signing }: { person: string } & Pick<RosterPage, "signing">) {
  const t = useTranslations("roster.recovery");
  const [isDone, setDone] = useState(false);
  const form = useAnswers({
    id: "recovery",
    initial: { line: "" },
    words: { line: { label: t("line"), missing: t("lineMissing"), wrong: t("lineWrong") } },
    focus: "control",
    check: faultsOf,
    controlOf: () => "line",
    send: async ({ line }) => {
      const statement = { ...wantedIn(line), person };
      const keys = { rpId: signing.rp_id, credentialIds: signing.credential_ids };
      const signature = await signStatement("recovery", statement, keys);
      await saveAnswer(Response.json([{ statement, signature }]), `recovery-${person}.json`);
    },
    keeps: (_sent, answers) => answers,
    onDone: () => setDone(true),
  });
  const wanted = wantedIn(form.hook.watch("line"));
  return (
    <Section title={t("title")}>
      <details className="mt-3">
        <summary className="min-h-[24px] cursor-pointer py-1 text-control text-ink-2 underline underline-offset-4">
          {t("unfold")}
        </summary>
        <p className="mt-3 max-w-[80ch] text-control text-ink-2">{t("text")}</p>
        <FormFrame
          form={form}
          failed={t("failed")}
          submit={t("submit")}
          look="secondary"
          status={isDone ? t("done") : undefined}
        >
          <AreaField
            form={form}
            name="line"
            help={t("lineHelp")}
            rows={3}
            maxLength={1_000}
            spellCheck={false}
          />
          {wanted === undefined ? null : (
            <p className="break-words">
              {t("shown", { from: wanted.from, last: wanted.to - 1, log: wanted.log })}
            </p>
          )}
        </FormFrame>
      </details>
    </Section>
  );
}
