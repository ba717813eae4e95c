import { getLocale, getTranslations } from "next-intl/server";
import { roleKey } from "@/components/layout/role-words";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import { getProvisioning as readProvisioning } from "@/lib/administration/provisioning/manage-provisioning";
import type { Provisioning, ScimCall, ScimToken } from "@/lib/administration/provisioning/schema";
import { lineOfGroup } from "@/lib/administration/typed-lines-schema";
import { getProvisioning } from "@/lib/api-client/operations/administration/provisioning";
import { loadPage } from "@/lib/http/pages/page";
import { withAdministration } from "@/lib/http/sign-in/with-session";
import { ChangeSettings } from "./settings-form";
import { ApplyGroups, MakeToken, TokenActs } from "./token-acts";

const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** How long ago the last call was, in the largest unit that fits. It shows that the provider reaches this portal. */
function agoOf(instant: string, now: number, locale: string): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return words.format(-Math.floor(seconds / size), unit);
}

async function Connection({ provisioning }: { provisioning: Provisioning }) {
  const t = await getTranslations("provisioning");
  const roles = await getTranslations("portal.roles");
  const [last] = provisioning.calls;
  const { role, participant_id: participant, groups = [] } = provisioning.settings ?? {};
  const isLive = provisioning.tokens.some(({ state }) => state === "live");
  const test =
    last === undefined
      ? t(isLive ? "noCall" : "noToken")
      : t("lastCall", {
          ago: agoOf(last.at, Date.now(), await getLocale()),
          call: `${last.method} ${last.path}`,
          status: String(last.status),
        });
  const facts: Fact[] = [
    { name: t("address"), value: <Digest value={provisioning.address} label={t("address")} isWhole /> },
    { name: t("domains"), value: provisioning.domains.join(", ") || t("none") },
    ...(role === undefined ? [] : [{ name: t("form.role"), value: roles(roleKey(role)) }]),
    ...(participant === undefined ? [] : [{ name: t("form.participant"), value: participant }]),
    {
      name: t("form.groups"),
      value:
        groups.length === 0
          ? t("none")
          : groups.map((group) => (
              <span key={group.name} className="block">
                {lineOfGroup(group)}
              </span>
            )),
    },
    { name: t("test"), value: test },
  ];
  return <Facts facts={facts} look="aligned" />;
}

async function Tokens({ provisioning: { id, tokens } }: { provisioning: Provisioning }) {
  const t = await getTranslations("provisioning.tokens");
  const columns: Column<ScimToken>[] = [
    {
      key: "token",
      head: t("columns.token"),
      isTitle: true,
      cell: ({ prefix }) => <span className="font-mono">scim_{prefix}_…</span>,
    },
    {
      key: "by",
      head: t("columns.by"),
      isNamed: true,
      cell: ({ made_by: by, state }) =>
        by.is_active || state !== "live" ? by.name : t("gone", { name: by.name }),
    },
    {
      key: "until",
      head: t("columns.until"),
      cell: ({ expires_at: at }) => <LocalTime instant={at} form="minute" />,
    },
    {
      key: "used",
      head: t("columns.used"),
      isNamed: true,
      cell: ({ last_used_at: at }) => (at === null ? t("never") : <LocalTime instant={at} form="minute" />),
    },
    { key: "state", head: t("columns.state"), cell: ({ state }) => t(`states.${state}`) },
    { key: "acts", head: "", cell: (token) => <TokenActs id={id} token={token} /> },
  ];
  return (
    <Section title={t("title")} level={3} action={<MakeToken id={id} />}>
      {tokens.length === 0 ? (
        <p className="py-2 text-control text-ink-2">{t("empty")}</p>
      ) : (
        <Table caption={t("title")} columns={columns} rows={tokens} rowKey={(token) => token.id} />
      )}
    </Section>
  );
}

async function Calls({ calls }: { calls: readonly ScimCall[] }) {
  const t = await getTranslations("provisioning.calls");
  if (calls.length === 0) return null;
  const columns: Column<ScimCall>[] = [
    {
      key: "call",
      head: t("call"),
      isTitle: true,
      cell: ({ method, path }) => <span className="wrap-anywhere font-mono">{`${method} ${path}`}</span>,
    },
    { key: "at", head: t("at"), cell: ({ at }) => <LocalTime instant={at} /> },
    {
      key: "status",
      head: t("status"),
      cell: ({ status }) => <span className={status < 400 ? "text-accent" : "text-oxblood"}>{status}</span>,
    },
    { key: "detail", head: t("detail"), isProse: true, cell: ({ detail }) => detail ?? "" },
  ];
  return (
    <Section title={t("title")} level={3}>
      <Table
        caption={t("title")}
        columns={columns}
        rows={calls}
        rowKey={({ at, method, path }) => `${at} ${method} ${path}`}
      />
    </Section>
  );
}

async function Groups({ provisioning }: { provisioning: Provisioning }) {
  const t = await getTranslations("provisioning");
  const { groups, differing } = provisioning;
  if (groups.length === 0) return null;
  const columns: Column<Provisioning["groups"][number]>[] = [
    { key: "name", head: t("groups.name"), isTitle: true, cell: ({ name }) => name },
    { key: "members", head: t("groups.members"), isNumber: true, cell: ({ members }) => members },
    {
      key: "mapped",
      head: t("groups.mapped"),
      isNamed: true,
      cell: ({ is_mapped: isMapped }) => t(isMapped ? "groups.yes" : "groups.no"),
    },
  ];
  return (
    <Section title={t("groups.title")} level={3}>
      <Table caption={t("groups.title")} columns={columns} rows={groups} rowKey={({ id }) => id} />
      {differing.length === 0 ? null : (
        <Notice
          tone="amber"
          icon="clock"
          title={t("differing.title", { count: differing.length })}
          className="mt-4"
        >
          <p className="mb-2">
            {t("differing.text", { names: differing.map(({ name }) => name).join(", ") })}
          </p>
          <ApplyGroups provisioning={provisioning} />
        </Notice>
      )}
    </Section>
  );
}

/** How an identity provider manages the people of an organisation: settings, token, mapping and last calls. */
export async function ProvisioningSection({ id, kind }: { id: string; kind: string }) {
  const t = await getTranslations("provisioning");
  const call = `/confidential/admin/organisations/${id}/provisioning`;
  const found = await loadPage(getProvisioning, call, (cx) =>
    withAdministration(cx, (own) => readProvisioning(own, id)),
  );
  if (!found.ok) return null;
  const provisioning = found.value;
  const isOn = provisioning.settings !== null;
  return (
    <Section
      title={t("title")}
      id="provisioning"
      action={<ChangeSettings provisioning={provisioning} kind={kind} />}
    >
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("text")}</p>
      {isOn ? (
        <>
          <Connection provisioning={provisioning} />
          <Tokens provisioning={provisioning} />
          <Groups provisioning={provisioning} />
          <Calls calls={provisioning.calls} />
        </>
      ) : null}
    </Section>
  );
}
