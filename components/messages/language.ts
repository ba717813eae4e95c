import type { Language } from "@/components/messages/catalogue";

/** The cookie that keeps a reader's choice; without it the browser's own preference decides. */
export const LANGUAGE_COOKIE = "language";
export const THEME_COOKIE = "theme";

export type Theme = "light" | "dark";

function isLanguage(text: string | undefined): text is Language {
  return text === "en" || text === "de";
}

/** The first language of an Accept-Language header (RFC 9110 section 12.5.4) that there is a wording for. */
function preferred(accepted: string): Language | undefined {
  const ranked = accepted.split(",").map((one) => {
    const [tag = "", ...parameters] = one.trim().split(";");
    const weight = parameters.map((text) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(text)?.[1]).find(Boolean);
    return { language: tag.toLowerCase().split("-")[0], weight: Number(weight ?? 1) };
  });
  ranked.sort((a, b) => b.weight - a.weight);
  return ranked.map(({ language }) => language).find(isLanguage);
}

export function languageOf(cookie: string | undefined, accepted: string | null): Language {
  if (isLanguage(cookie)) return cookie;
  return preferred(accepted ?? "") ?? "en";
}

export function themeOf(cookie: string | undefined): Theme | undefined {
  return cookie === "light" || cookie === "dark" ? cookie : undefined;
}
