import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Authenticator } from "@/app/(portal)/account/security/_components/authenticator";
import { Passkeys } from "@/app/(portal)/account/security/_components/passkeys";
import { PasswordSection } from "@/app/(portal)/account/security/_components/password-section";
import { ProviderLink } from "@/app/(portal)/account/security/_components/provider-link";
import { RecoveryCodes } from "@/app/(portal)/account/security/_components/recovery-codes";
import { Sessions } from "@/app/(portal)/account/security/_components/sessions";
import { StatementKeysSection } from "@/app/(portal)/account/security/_components/statement-keys/statement-keys-section";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { extraDutyKeys, roleKey } from "@/components/layout/role-words";
import { Words } from "@/components/messages/words";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { FactsSection } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getAccount } from "@/lib/api-client/operations/account";
import { loadPage } from "@/lib/http/pages/page";
import { withSession } from "@/lib/http/sign-in/with-session";
import type { AccountView } from "@/lib/identity/account/schema";
import { viewAccount } from "@/lib/identity/account/view-account";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("title") };
}

async function Person({ account }: { account: AccountView }) {
  const [t, words] = await Promise.all([getTranslations("account.person"), getTranslations("portal")]);
  const duties = extraDutyKeys(account.role, account.duties)
    .map((duty) => words(`duties.${duty}`))
    .join(", ");
  return (
    <FactsSection title={t("title")}>
      <Facts
        facts={[
          { name: t("name"), value: account.name },
          { name: t("email"), value: account.email },
          { name: t("organisation"), value: account.organisation },
          { name: t("role"), value: words(`roles.${roleKey(account.role)}`) },
          ...(duties === "" ? [] : [{ name: t("duties"), value: duties }]),
          { name: t("handle"), value: account.handle },
        ]}
      />
      <p className="mt-3 text-control text-ink-2">
        {t(account.needs_second_factor ? "needsSecond" : "mayHaveSecond")}
      </p>
    </FactsSection>
  );
}

/** Advice on what to set up before a device is lost. */
async function Advice({ account }: { account: AccountView }) {
  const t = await getTranslations("account.advice");
  const advice =
    account.passkeys.length === 0 ? "passkey" : account.recovery_codes_left === 0 ? "recovery" : undefined;
  if (advice === undefined) return null;
  return (
    <Notice tone="amber" icon="warning" className="mb-6 max-w-[720px] print:hidden">
      <p>{t(advice)}</p>
    </Notice>
  );
}

export default async function AccountPage() {
  const t = await getTranslations("account");
  const result = await loadPage(getAccount, "/confidential/account", (cx) => withSession(cx, viewAccount));
  if (!result.ok)
    return (
      <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/account/security" }} />
    );
  const account = result.value;
  return (
    <Words namespaces={["account"]}>
      <PageFrame
        crumbs={[{ label: t("title") }]}
        title={t("title")}
        lead={t("lead")}
        apiCall={{ method: "GET", path: "/confidential/account" }}
        facts={<Person account={account} />}
        actions={
          <ButtonLink href="/account/api-keys" look="secondary" size="bar" icon="key">
            {t("apiKeys")}
          </ButtonLink>
        }
      >
        <Advice account={account} />
        <Passkeys passkeys={account.passkeys} />
        <div className="mt-8 print:hidden">
          <StatementKeysSection account={account} />
        </div>
        <Authenticator since={account.totp?.created_at} />
        <RecoveryCodes left={account.recovery_codes_left} />
        <ProviderLink own={account.organisation_sign_in} />
        {account.has_password ? <PasswordSection /> : null}
        <Sessions sessions={account.sessions} />
      </PageFrame>
    </Words>
  );
}
