"use client";

import { useTranslations } from "next-intl";
import { dutyKey, roleKey } from "@/components/layout/role-words";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { TestSignIn } from "@/lib/administration/providers/schema";

function useRoles(): (roles: TestSignIn["checks"]["roles"]) => string {
  const t = useTranslations("signin.return.test");
  const words = useTranslations("portal");
  return (roles) =>
    roles.length === 0
      ? t("none")
      : roles
          .map(({ role, duties }) =>
            [words(`roles.${roleKey(role)}`), ...duties.map((duty) => words(`duties.${dutyKey(duty)}`))].join(
              ", ",
            ),
          )
          .join("; ");
}

/** What the provider said in a test sign-in, and whether it would be enough. */
export function TestResult({ result, to }: { result: TestSignIn; to: string }) {
  const t = useTranslations("signin.return.test");
  const why = useTranslations("signin.return.why");
  const back = useTranslations("signin.return");
  const roles = useRoles();
  const { claims, checks } = result;
  const isEnough = checks.sign_in === "ok" && checks.domain && checks.roles.length > 0;
  const listed = (values: readonly string[]) => (values.length === 0 ? t("none") : values.join(", "));
  return (
    <div className="grid gap-6">
      <Notice tone={isEnough ? "accent" : "amber"} icon={isEnough ? "check" : "warning"} title={t("title")}>
        <p>{t(isEnough ? "enough" : "notEnough")}</p>
        <p>{t("lead")}</p>
      </Notice>
      <section aria-labelledby="checks">
        <h2 id="checks" className="mb-2 font-semibold text-opened tracking-tight">
          {t("checks")}
        </h2>
        <Facts
          look="aligned"
          facts={[
            { name: t("signIn"), value: checks.sign_in === "ok" ? t("signInOk") : why(checks.sign_in) },
            { name: t("domain"), value: t(checks.domain ? "yes" : "no") },
            { name: t("roles"), value: roles(checks.roles) },
            { name: t("person"), value: checks.person ?? t("noPerson") },
          ]}
        />
      </section>
      <section aria-labelledby="claims">
        <h2 id="claims" className="mb-2 font-semibold text-opened tracking-tight">
          {t("claims")}
        </h2>
        <Facts
          look="aligned"
          facts={[
            { name: t("sub"), value: claims.sub },
            { name: t("email"), value: claims.email ?? t("none") },
            { name: t("amr"), value: listed(claims.amr) },
            { name: t("acr"), value: claims.acr ?? t("none") },
            {
              name: t("authTime"),
              value:
                claims.auth_time === null ? (
                  t("none")
                ) : (
                  <LocalTime instant={claims.auth_time} form="minute" />
                ),
            },
            { name: t("groups"), value: listed(claims.groups) },
          ]}
        />
      </section>
      <div>
        <ButtonLink href={to} look="secondary">
          {back("organisationPage")}
        </ButtonLink>
      </div>
    </div>
  );
}
