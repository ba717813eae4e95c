import { getTranslations } from "next-intl/server";
import { recordPage } from "@/app/(portal)/_kit/record-page";
import { ExportsSection } from "@/app/(portal)/grants/_components/exports-section";
import { GrantFacts } from "@/app/(portal)/grants/_components/grant-facts";
import {
  ExtendSection,
  FieldsSection,
  TransactionsSection,
} from "@/app/(portal)/grants/_components/grant-sections";
import { OpeningsSection } from "@/app/(portal)/grants/_components/openings-section";
import { EndRelease, RevokeGrant } from "@/app/(portal)/grants/_components/revoke-grant";
import { AccessInForce } from "@/components/domain/access-in-force";
import { EvidencePack } from "@/components/opening/evidence-pack";
import { isMaskedOnly, mayBeOpened, openingCallOf } from "@/components/opening/opening-call";
import { OpenGrantButton } from "@/components/opening/opening-host";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import { getGrant as load } from "@/lib/access/grants/get-grant";
import type { GrantDetail } from "@/lib/access/grants/schema";
import { getGrant } from "@/lib/api-client/operations/grants";
import type { Principal } from "@/lib/context/principal";

interface ActionsProps {
  readonly grant: GrantDetail;
  readonly isOwn: boolean;
  readonly log: string;
  readonly principal: Principal;
}

async function Actions({ grant, isOwn, log, principal }: ActionsProps) {
  const t = await getTranslations("grants.detail");
  const { handle: person, name: personName, role } = principal;
  return (
    <>
      {mayBeOpened(grant) ? (
        <OpenGrantButton
          request={{ grantId: grant.id, via: openingCallOf(role), personName }}
          look="primary"
          size="form"
          icon="eye"
        >
          {t(isMaskedOnly(grant) ? "viewMasked" : "openFields")}
        </OpenGrantButton>
      ) : null}
      {grant.acts.includes("revoke") ? (
        <RevokeGrant
          grantId={grant.id}
          reference={grant.reference}
          holder={grant.holder_name}
          isOwn={isOwn}
        />
      ) : null}
      {grant.acts.includes("end_release") ? (
        <EndRelease grantId={grant.id} reference={grant.reference} log={log} person={person} isOwn={isOwn} />
      ) : null}
    </>
  );
}

async function RevokedNotice({ grant }: { grant: GrantDetail }) {
  const t = await getTranslations("grants.detail");
  const { revoked_at: at, revoked_by: by, revoke_reason: reason } = grant;
  if (at === undefined) return null;
  const time = () => <LocalTime instant={at} />;
  return (
    <Notice
      tone="oxblood"
      icon="stop"
      className="mb-6"
      title={
        by === undefined
          ? t.rich("revokedAt", { at: time })
          : t.rich("revokedBy", { name: by.name, at: time })
      }
    >
      {reason === undefined ? null : <p>{t("reason", { reason })}</p>}
      {grant.kept_by_custodian === true ? <p>{t("kept")}</p> : null}
    </Notice>
  );
}

/** One grant: its time and views, what it covers and rests on, and each opening under it. */
const page = recordPage({
  operation: getGrant,
  load: async (cx, id) => ({ grant: await load(cx, id), log: cx.instance.log }),
  title: async () => (await getTranslations("grants"))("one"),
  above: async () => ({ label: (await getTranslations("grants"))("title"), href: "/grants" }),
  live: ["grant"],
  heading: async ({ value: { grant } }) => {
    const t = await getTranslations("grants.detail");
    const purposes = await getTranslations("domain.purposesInText");
    const { reference, holder_name: name } = grant;
    return {
      crumb: reference,
      title: t("title", { count: grant.transactions.length }),
      lead: (
        <>
          <p>{t("lead", { purpose: purposes(grant.purpose), name })}</p>
          <Digest value={reference} label={t("reference")} isWhole />
        </>
      ),
    };
  },
  actions: ({ value: { grant, log }, principal }) => (
    <Actions grant={grant} isOwn={grant.holder === principal.handle} log={log} principal={principal} />
  ),
  facts: ({ value: { grant }, nowMs }) => <GrantFacts grant={grant} nowMs={nowMs} />,
  content: ({ value: { grant }, principal, nowMs }) => (
    <>
      <RevokedNotice grant={grant} />
      {/* Time and views left stay in sight: in the facts column where there is room, else above the page. */}
      <div className="mb-8 facts:hidden">
        <AccessInForce grant={grant} nowMs={nowMs} />
      </div>
      <TransactionsSection grant={grant} principal={principal} />
      <FieldsSection grant={grant} />
      <OpeningsSection grant={grant} reader={principal.handle} />
      <ExportsSection grant={grant} />
      {grant.holder === principal.handle && mayBeOpened(grant) && grant.acts.includes("export") ? (
        <EvidencePack grant={grant} />
      ) : null}
      {grant.holder === principal.handle && grant.request_id !== undefined ? (
        <ExtendSection grant={grant} />
      ) : null}
    </>
  ),
});

export const generateMetadata = page.generateMetadata;
export default page.render;
