import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { Words } from "@/components/messages/words";
import { CodeSample } from "@/components/ui/code-sample";
import { Section } from "@/components/ui/section";
import { policyText } from "@/components/verify/commands";
import { BrowserVerification } from "@/components/verify/run/browser-verification";
import { VerifierExits } from "@/components/verify/verifier-exits";
import { publishedKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { readHealth } from "@/lib/http/health/read-health";
import { getRuntime } from "@/lib/runtime/slot";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit.verify.public"))("title") };
}

/** Verifies a bundle or a receipt in the visitor's browser, without an account. */
export default async function PublicVerifyPage() {
  const [health, runtime, t, words] = await Promise.all([
    readHealth(),
    getRuntime(),
    getTranslations("audit.verify.public"),
    getTranslations("audit.verify"),
  ]);
  const policy = policyText(publishedKeys(runtime));
  return (
    <SitePage
      current="verify"
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      health={health}
    >
      <Words namespaces={["audit.verify"]}>
        <BrowserVerification published={policy} />
        <Section title={t("keys")} className="print:hidden">
          <p className="max-w-[760px] pt-3 pb-3 text-body text-ink-2">{t("keysText")}</p>
          <CodeSample label={words("policyFile")} code={policy} />
        </Section>
        <Section title={t("own")} className="print:hidden">
          <p className="max-w-[760px] pt-3 pb-3 text-body text-ink-2">{t("ownText")}</p>
          <CodeSample label={words("command")} code="npm run verify -- audit-log.zip --policy policy.json" />
          <VerifierExits />
          <p className="mt-4 max-w-[760px] text-body text-ink-2">{words("ownExit")}</p>
        </Section>
      </Words>
    </SitePage>
  );
}
