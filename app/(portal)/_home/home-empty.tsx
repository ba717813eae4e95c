import { useTranslations } from "next-intl";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/states";
import type { Principal } from "@/lib/context/principal";

/** By duty, the first that a person has. */
const BY_DUTY = [
  ["support", "support"],
  ["legal", "reviewer"],
  ["approve", "reviewer"],
  ["executive", "executive"],
  ["compliance", "compliance"],
  ["privacy", "privacy"],
  ["break-glass", "breakGlass"],
] as const;

type Audience = "officer" | "party" | "admin" | "other" | (typeof BY_DUTY)[number][1];

function audienceOf({ role, duties }: Principal): Audience {
  if (role === "auditor" || role === "regulator") return "officer";
  if (role === "client" || role === "miner") return "party";
  if (role === "admin") return "admin";
  return BY_DUTY.find(([duty]) => duties.includes(duty))?.[1] ?? "other";
}

const NEXT = {
  officer: { href: "/requests", word: "empty.requests" },
  reviewer: { href: "/requests", word: "empty.requests" },
  support: { href: "/disputes", word: "empty.disputes" },
  party: { href: "/transactions", word: "empty.transactions" },
  admin: { href: "/operations", word: "empty.operations" },
  executive: { href: "/releases", word: "empty.releases" },
  compliance: { href: "/operations", word: "empty.operations" },
  privacy: { href: "/audit/erasures", word: "empty.erasures" },
  breakGlass: { href: "/break-glass", word: "empty.uses" },
  other: { href: "/transactions", word: "empty.transactions" },
} as const;

/** Nothing waits: what would appear here, and where to go meanwhile. */
export function HomeEmpty({ principal }: { principal: Principal }) {
  const t = useTranslations("home");
  const audience = audienceOf(principal);
  const { href, word } = NEXT[audience];
  return (
    <div className="border-ink border-t">
      <EmptyState title={t("empty.title")} text={t(`empty.${audience}`)}>
        <ButtonLink href={href} look="secondary" size="form">
          {t(word)}
        </ButtonLink>
      </EmptyState>
    </div>
  );
}
