import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { registerKeyAlias } from "@/lib/api-client/operations/keys";
import { DomainError } from "@/lib/errors";
import { loadPage } from "@/lib/http/pages/page";
import { listKeys } from "@/lib/keys/list-keys";
import { KeyQuery } from "@/lib/keys/schema";
import { RegisterKey } from "../_components/register-key";

const MAX_VERSIONS = "500";

export async function generateMetadata() {
  return { title: (await getTranslations("keys.register"))("title") };
}

/** Registration of a managed key: what will be made, one confirmation, and what was made. */
export default async function RegisterKeyPage() {
  const t = await getTranslations("keys");
  const section = { label: t("title"), href: "/keys" };
  // A person who may not register a key is refused here as by the call itself. The refusal is recorded too.
  const result = await loadPage(registerKeyAlias, "/confidential/keys/register", async (cx) => {
    const participantId = cx.principal.participantId;
    if (participantId === undefined)
      throw new DomainError("access.forbidden", { detail: t("register.noParticipant") });
    const query = KeyQuery.parse({ participant_id: participantId, limit: MAX_VERSIONS });
    const { items } = await listKeys(cx, query);
    const used = items.filter(({ state }) => state !== "pre_active" && state !== "destroyed").at(-1);
    const active = items.find((key) => key.state === "active");
    return { participantId, active, held: used?.custody === "client" ? used : undefined };
  });
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { participantId, active, held } = result.value;
  const body = JSON.stringify({ participant_id: participantId, algorithm: "X25519", custody: "managed" });
  return (
    <PageFrame
      crumbs={[section, { label: t("register.title") }]}
      title={t("register.title")}
      lead={t("register.lead")}
      apiCall={{ method: "POST", path: "/confidential/keys/register", body }}
    >
      {held !== undefined ? (
        <EmptyState title={t("register.heldTitle")} text={t("register.heldText", { kid: held.kid })}>
          <ButtonLink href={`/keys/${held.key_id}`} look="secondary">
            {t("register.toKey")}
          </ButtonLink>
        </EmptyState>
      ) : active === undefined ? (
        <Section title={t("register.what")}>
          <div className="max-w-[640px] pt-2">
            <Facts
              look="aligned"
              facts={[
                { name: t("columns.participant"), value: participantId },
                { name: t("register.algorithm"), value: "X25519" },
                { name: t("columns.custody"), value: t("custody.managed.long") },
              ]}
            />
            <p className="my-4 text-body text-ink-2">{t("register.text")}</p>
            <RegisterKey participantId={participantId} />
          </div>
        </Section>
      ) : (
        <EmptyState title={t("register.activeTitle")} text={t("register.activeText", { kid: active.kid })}>
          <ButtonLink href={`/keys/${active.key_id}`} look="secondary">
            {t("register.toKey")}
          </ButtonLink>
        </EmptyState>
      )}
    </PageFrame>
  );
}
