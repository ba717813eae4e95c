import type { Config } from "tailwindcss";

/** One definition for both themes. tailwind.config.test.ts compares their contrast. */
const pair = (light: string, dark: string) => `light-dark(${light}, ${dark})`;

/** Size and line height, given in pixels, in rem so that they follow the reader's own text size. */
const type = (size: number, line: number): [string, string] => [`${size / 16}rem`, `${line / 16}rem`];

export default {
  content: ["./app/**/*.tsx", "./components/**/*.tsx"],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      paper: pair("#fbfcfa", "#101513"),
      margin: pair("#f3f5f1", "#0b0f0e"),
      sheet: pair("#ffffff", "#171d1b"),
      line: pair("#dde2dc", "#29312e"),
      "line-2": pair("#bcc5bd", "#3d4743"),
      edge: pair("#7d8880", "#74807a"),
      ink: pair("#13201b", "#e7ebe8"),
      "ink-2": pair("#43504a", "#b6c0bb"),
      "ink-3": pair("#5f6b65", "#8f9a95"),
      accent: pair("#17685a", "#74c7b2"),
      "on-accent": pair("#ffffff", "#08211b"),
      "accent-wash": pair("#e8f2ee", "#16291f"),
      "accent-line": pair("#8fbcae", "#35635a"),
      amber: pair("#7d5200", "#e4b765"),
      "amber-wash": pair("#fbf2dd", "#2a2213"),
      "amber-line": pair("#dcb867", "#66511f"),
      oxblood: pair("#842029", "#f19c95"),
      "ox-wash": pair("#faecea", "#2f1918"),
      "ox-line": pair("#d9a19c", "#74352f"),
    },
    screens: { tablet: "45rem", facts: "68.75rem", drawn: "90rem" },
    fontFamily: {
      sans: ["var(--font-geist-sans)", "system-ui", "sans-serif"],
      mono: ["var(--font-geist-mono)", "ui-monospace", "monospace"],
    },
    fontSize: {
      note: type(12, 16),
      control: type(13, 20),
      body: type(14, 20),
      lead: type(16, 24),
      opened: type(20, 28),
      title: type(24, 32),
      countdown: type(28, 32),
      "landing-lead": type(18, 28),
      "landing-narrow": type(31, 36),
      landing: type(56, 58),
    },
    fontWeight: { normal: "400", medium: "500", semibold: "600" },
    borderRadius: { none: "0", field: "2px", control: "4px" },
    boxShadow: {},
    extend: {
      spacing: {
        row: "36px",
        bar: "32px",
        form: "36px",
        touch: "44px",
        strip: "28px",
        header: "52px",
        rail: "208px",
        "facts-column": "320px",
        "decision-column": "372px",
        drawer: "424px",
      },
      zIndex: { header: "10", drawer: "20", dialog: "30", toast: "40" },
    },
  },
} satisfies Config;
