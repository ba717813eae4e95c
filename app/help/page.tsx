import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { Keys } from "@/app/help/_components/keys";
import { CodeSample } from "@/components/ui/code-sample";
import { Section } from "@/components/ui/section";
import { VerifierExits } from "@/components/verify/verifier-exits";
import { readHealth } from "@/lib/http/health/read-health";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("help"))("title") };
}

const HOST = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/** Returns the address that the reader used, for commands to copy; localhost if the Host header is malformed. */
function addressOf(request: Headers): string {
  const host = request.get("host") ?? "";
  const isSecure = request.get("x-forwarded-proto") === "https";
  return HOST.test(host) ? `${isSecure ? "https" : "http"}://${host}` : "http://localhost:3000";
}

const ROLES = [
  "regulator",
  "coordinator",
  "admin",
  "support",
  "auditor",
  "compliance",
  "executive",
  "emergency",
  "participant",
] as const;
const STEPS = ["1", "2", "3"] as const;
const WORDS = [
  "transaction",
  "sealed",
  "sealedKeys",
  "masked",
  "opened",
  "authority",
  "underSeal",
  "grant",
  "view",
  "entry",
  "receipt",
  "checkpoint",
  "custodian",
] as const;
const QUESTIONS = ["refused", "lost", "late", "assurance", "number"] as const;

/** The help page: roles, terms, keyboard, verification and API. */
export default async function HelpPage() {
  const [health, t, request] = await Promise.all([readHealth(), getTranslations("help"), headers()]);
  const curl = `curl -sS -H "Authorization: Bearer $KEY" \\\n  ${addressOf(request)}/confidential/status`;
  return (
    <SitePage current="help" title={t("title")} lead={t("lead")} health={health}>
      <div className="grid grid-cols-1 gap-x-12 facts:grid-cols-2">
        <div>
          <Section title={t("roles.title")} id="roles">
            {ROLES.map((role) => (
              <div key={role} className="border-line border-b py-4">
                <h3 className="font-semibold text-body">{t(`roles.${role}.title`)}</h3>
                <ol className="mt-1 list-decimal pl-5 text-body text-ink-2">
                  {STEPS.map((step) => (
                    <li key={step}>{t(`roles.${role}.${step}`)}</li>
                  ))}
                </ol>
              </div>
            ))}
          </Section>
          <Section title={t("questions.title")} id="questions">
            {QUESTIONS.map((key) => (
              <div key={key} className="border-line border-b py-4">
                <h3 className="font-semibold text-body">{t(`questions.${key}.title`)}</h3>
                <p className="mt-1 text-body text-ink-2">{t(`questions.${key}.text`)}</p>
              </div>
            ))}
          </Section>
        </div>
        <div className="mt-8 min-w-0 facts:mt-0">
          <Section title={t("words.title")} id="words">
            <dl>
              {WORDS.map((word) => (
                <div key={word} className="border-line border-b py-2">
                  <dt className="font-medium text-control">{t(`words.${word}.word`)}</dt>
                  <dd className="text-control text-ink-2">{t(`words.${word}.text`)}</dd>
                </div>
              ))}
            </dl>
          </Section>
          <Section title={t("keys.title")} id="keys">
            <Keys />
          </Section>
          <Section title={t("verify.title")} id="verify">
            <p className="py-3 text-body text-ink-2">{t("verify.text")}</p>
            <CodeSample
              label={t("verify.label")}
              code="npm run verify -- ~/Downloads/audit-log.zip --policy policy.json"
            />
            <VerifierExits />
          </Section>
          <Section title={t("programs.title")} id="programs">
            <p className="py-3 text-body text-ink-2">{t("programs.text")}</p>
            <CodeSample label={t("programs.label")} code={curl} />
            <p className="mt-3 text-control text-ink-2">
              {t(health.assurance === "evaluation" ? "programs.keyDemo" : "programs.keyOther")}{" "}
              <a
                href="/openapi.json"
                className="inline-flex min-h-[24px] items-center text-accent underline underline-offset-4"
              >
                {t("programs.openapi")}
              </a>
            </p>
          </Section>
        </div>
      </div>
    </SitePage>
  );
}
