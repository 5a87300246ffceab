/** Colours by the image's tag, so that a roll-out is seen. */
const THEMES: Readonly<Record<string, string>> = {
  '1': '--paper:#fbf7ef;--ink:#2b2622;--soft:#7a6f63;--line:#e4dacb;--card:#ffffff;--accent:#b4472e;--on-accent:#ffffff;--font:Georgia,"Times New Roman",serif',
  '2': '--paper:#101726;--ink:#e8edf7;--soft:#93a0b8;--line:#263247;--card:#18223a;--accent:#5eead4;--on-accent:#06251f;--font:system-ui,"Segoe UI",sans-serif',
};

const RULES = `
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.05rem/1.55 var(--font)}
main{max-width:40rem;margin:0 auto;padding:3rem 1.25rem 4rem}
h1{margin:.2rem 0 0;font-size:2.4rem;line-height:1.15;font-weight:600}
.greeting{margin:.4rem 0 0;color:var(--soft)}
.badge{display:inline-block;margin:0;padding:.15rem .7rem;border-radius:1rem;background:var(--accent);color:var(--on-accent);font-size:.8rem;letter-spacing:.04em}
form{display:grid;gap:.8rem;margin:2rem 0;padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
label{display:grid;gap:.25rem;font-size:.9rem;color:var(--soft)}
input,textarea{width:100%;padding:.55rem .7rem;font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:.5rem;resize:vertical}
input:focus,textarea:focus,button:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
button{justify-self:start;padding:.55rem 1.2rem;font:inherit;color:var(--on-accent);background:var(--accent);border:0;border-radius:.5rem;cursor:pointer}
.problem{margin:0;color:var(--accent);font-weight:600}
ol{list-style:none;margin:0;padding:0}
li{padding:1rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li p{margin:0}
.by{margin-top:.2rem;font-size:.85rem;color:var(--soft)}
.empty{color:var(--soft);font-style:italic}
footer{margin-top:2rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}
footer p{margin:.15rem 0}
`;

export function styleOf(version: string): string {
  return `:root{${THEMES[version] ?? THEMES['1']}}${RULES}`;
}
