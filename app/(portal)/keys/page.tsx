import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { currentPrincipal } from "@/lib/http/pages/page";
import type { KeyView } from "@/lib/keys/schema";
import type { Role } from "@/lib/vocabulary";
import { Epochs } from "./_components/epochs/epochs";
import { KeyTable } from "./_components/key-table";
import { loadKeys } from "./_components/load-keys";
import { RootBackupSection } from "./_components/root-backup";

const PATH = "/keys";
const PARTIES: readonly Role[] = ["client", "miner"];
/** Who is shown the escrow's epochs, with what lies under them. */
const EPOCH_READERS: readonly Role[] = ["coordinator", "admin"];

export async function generateMetadata() {
  return { title: (await getTranslations("keys"))("title") };
}

async function OwnKeys(props: {
  keys: readonly KeyView[];
  mayRegister: boolean;
  own: string | undefined;
  isFirst: boolean;
  next: string | null;
}) {
  const { keys, mayRegister, own, isFirst, next } = props;
  const t = await getTranslations("keys");
  return (
    <Section title={t("own")}>
      {keys.length > 0 ? (
        <KeyTable caption={t("own")} keys={keys} own={own} />
      ) : (
        <EmptyState title={t("empty.title")} text={t(mayRegister ? "empty.text" : "empty.textOther")} />
      )}
      <Pager first={isFirst ? undefined : PATH} next={next === null ? undefined : `${PATH}?cursor=${next}`} />
    </Section>
  );
}

async function AllKeys({ cursor, own }: { cursor: string | undefined; own: string | undefined }) {
  const t = await getTranslations("keys");
  const all = await loadKeys({ cursor });
  if (!all.ok) return null;
  const next = all.value.next_cursor;
  return (
    <Section title={t("all")}>
      <UnreadableRows rows={all.value.unreadable} />
      {all.value.items.length === 0 && cursor === undefined ? (
        <EmptyState title={t("empty.all")} text={t("empty.allText")} />
      ) : (
        <KeyTable caption={t("all")} keys={all.value.items} own={own} />
      )}
      <Pager
        first={cursor === undefined ? undefined : PATH}
        next={next === null ? undefined : `${PATH}?cursor=${next}`}
      />
    </Section>
  );
}

/** A participant's own keys; for the operators all of them, and the escrow epochs. */
export default async function KeysPage({ searchParams }: PageProps<"/keys">) {
  const t = await getTranslations("keys");
  const { cursor } = await searchParams;
  const principal = await currentPrincipal();
  const participantId = principal?.participantId;
  const page = typeof cursor === "string" ? cursor : undefined;
  const isParty = principal !== undefined && PARTIES.includes(principal.role);
  const isPaged = page !== undefined && isParty;
  const own = await loadKeys({ participantId, cursor: isPaged ? page : undefined });
  if (!own.ok) return <ProblemPage problem={own.problem} section={{ label: t("title"), href: PATH }} />;
  const { role } = own.principal;
  const mayRegister = participantId !== undefined && isParty;
  const ownKeys = participantId === undefined ? [] : own.value.items;
  const hasActive = ownKeys.some((key) => key.state === "active");
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t(isParty ? "lead" : "leadAll")}
      actions={
        mayRegister && !hasActive && !isPaged ? (
          <ButtonLink href="/keys/register" look="primary" size="bar" icon="key">
            {t("register.action")}
          </ButtonLink>
        ) : undefined
      }
      apiCall={{
        method: "GET",
        path: isParty ? `/confidential/keys?participant_id=${participantId ?? ""}` : "/confidential/keys",
      }}
    >
      {isParty ? (
        <OwnKeys
          keys={ownKeys}
          mayRegister={mayRegister}
          own={participantId}
          isFirst={!isPaged}
          next={own.value.next_cursor}
        />
      ) : (
        <AllKeys cursor={page} own={participantId} />
      )}
      {EPOCH_READERS.includes(role) ? <Epochs /> : null}
      <RootBackupSection role={role} />
    </PageFrame>
  );
}
