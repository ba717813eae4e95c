import { Mark } from "@/components/layout/mark";
import { translations } from "@/components/messages/translate";

const PLACES = [
  { href: "/#works", key: "works" },
  { href: "/#state", key: "state" },
  { href: "/#check", key: "check" },
  { href: "/openapi.json", key: "api" },
] as const;

/** Links lead only to what this version has. */
export function SiteHeader() {
  const t = translations("shell");
  return (
    <header className="border-line border-b">
      <div className="flex flex-wrap items-center gap-x-8 px-4 tablet:min-h-16 tablet:flex-nowrap tablet:px-14">
        <a
          href="/"
          aria-label={t("home")}
          className="flex min-h-touch items-center gap-2 font-semibold text-lead tracking-tight"
        >
          <Mark size={27} />
          {translations("brand")("name")}
        </a>
        <nav aria-label={t("navigation")} className="w-full tablet:w-auto">
          <ul className="flex flex-wrap gap-x-6 text-body text-ink-2">
            {PLACES.map((place) => (
              <li key={place.href}>
                <a
                  href={place.href}
                  className="inline-flex min-h-touch items-center hover:text-ink hover:underline"
                >
                  {t(place.key)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  );
}
