import { expect, test } from "vitest";
import config from "./tailwind.config";

/** Relative luminance (WCAG 2.2) of a colour as `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const COLOURS = Object.entries(config.theme.colors).flatMap(([name, value]) => {
  const [light, dark] = value.match(/#[0-9a-f]{6}/g) ?? [];
  return light === undefined || dark === undefined ? [] : [{ name, light, dark }];
});

/** Never text on its ground: edges of controls and of warnings, and two inks. */
const NEVER_TOGETHER = ["edge ink", "ink ink-3", "amber-line oxblood"];

// Pages and components use these colours alone. So a page whose light theme has enough contrast, which the browser tests
// check, has it in the dark theme too.
test("two colours with enough contrast in the light theme have it in the dark theme", () => {
  expect(COLOURS.length).toBeGreaterThan(15);
  const weak = COLOURS.flatMap((one) =>
    COLOURS.flatMap((other) => {
      const [light, dark] = [contrast(one.light, other.light), contrast(one.dark, other.dark)];
      const isWeak = [3, 4.5].some((least) => light >= least && dark < least);
      return one.name < other.name && isWeak ? [`${one.name} ${other.name}`] : [];
    }),
  );
  expect(weak.sort()).toEqual([...NEVER_TOGETHER].sort());
});
