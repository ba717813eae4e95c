import Link from "next/link";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { CodeSample } from "@/components/ui/code-sample";
import { Section } from "@/components/ui/section";
import { Unbroken } from "@/components/ui/unbroken";
import { curlOf } from "@/lib/api-client/openapi/curl";
import { type GuideName, guideNames } from "@/lib/http/guides/read-guide";
import { getRuntime } from "@/lib/runtime/slot";

const WORDS = {
  "ten-minutes": "guides.tenMinutes",
  migrating: "guides.migrating",
  "signed-calls": "guides.signed",
  "keys-by-curl": "guides.keys",
  "held-keys": "guides.held",
  notifications: "guides.webhooks",
  import: "guides.import",
  sdk: "guides.sdk",
  "access-rules": "guides.rules",
  policies: "guides.policies",
  cli: "guides.cli",
  agency: "guides.agency",
  backup: "guides.backup",
  administrator: "guides.administrator",
  deploying: "guides.deploying",
  custody: "guides.custody",
  "root-key-backup": "guides.rootKeyBackup",
  witness: "guides.witness",
} as const satisfies Record<GuideName, string>;

const LINK = "inline-flex min-h-[24px] items-center text-accent underline underline-offset-4";

/** How a program begins: its key, the first call, the guides. `children` follow the first call. */
export async function Start({ isEvaluation, children }: { isEvaluation: boolean; children: ReactNode }) {
  const [t, { site }] = await Promise.all([getTranslations("developers"), getRuntime()]);
  return (
    <div className="grid grid-cols-1 gap-x-12 facts:grid-cols-2">
      <Section title={t("start.title")} id="start">
        <p className="py-3 text-body text-ink-2">
          <Unbroken>{t("start.key")}</Unbroken>
        </p>
        {isEvaluation ? <p className="pb-3 text-body text-ink-2">{t("start.keyDemo")}</p> : null}
        <CodeSample
          label={t("start.label")}
          code={curlOf({ method: "GET", path: "/confidential/status" }, site.origin)}
        />
        <ul className="mt-3 flex flex-wrap gap-x-6 text-control">
          <li>
            <Link href="/account/api-keys" prefetch={false} className={LINK}>
              {t("start.keys")}
            </Link>
          </li>
          <li>
            <a href="/openapi.json" className={LINK}>
              {t("start.openapi")}
            </a>
          </li>
          <li>
            <Link href="/developers/problems" prefetch={false} className={LINK}>
              {t("codes.title")}
            </Link>
          </li>
        </ul>
        {children}
      </Section>
      <Section title={t("guides.title")} id="guides" className="facts:mt-0">
        <ul>
          {guideNames().map((name) => (
            <li key={name} className="border-line border-b py-2 text-body">
              <Link href={`/developers/guides/${name}`} prefetch={false} className={LINK}>
                {t(WORDS[name])}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
