/* build.mjs: the browser assets, from sources and npm packages to hashed files.

     node build.mjs [--out var/assets]

   Writes every file as name-<hash of its content>.ext and manifest.json, which maps logical names
   (app.css, app.js, icons.svg, theme-campus.css, workflow-designer.js) to the files. The same
   sources give the same names on every machine. Files of earlier builds are removed.          */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const KERNEL = path.join(ROOT, 'src/tongban/web/assets');
const ICONS = path.join(ROOT, 'node_modules/@tabler/icons/icons/outline');

/* The browser floor: cascade layers 99, container queries 105. */
const TARGET = ['chrome105', 'edge105', 'safari16', 'firefox110'];
const PICTURE = /\.(svg|png|jpe?g|webp|ico)$/;
const HASHED = /-[0-9a-f]{10}\.[a-z0-9]+$/;

const entries = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);
const from = (file) => path.relative(ROOT, file);

/** The output: logical names, hashed files, contents. */
class Shelf {
  manifest = {};
  files = new Map();

  /** Keep `content` under a name that carries its hash; returns that name. */
  put(stem, extension, content) {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
    const name = `${stem}-${hash}${extension}`;
    this.files.set(name, content);
    return name;
  }

  /** The same, and list it in the manifest. */
  publish(logical, content) {
    if (logical in this.manifest) throw new Error(`two sources for the asset ${logical}`);
    const { name, ext } = path.parse(logical);
    this.manifest[logical] = this.put(name, ext, content);
  }

  write(out) {
    fs.mkdirSync(out, { recursive: true });
    for (const [name, content] of this.files) {
      const file = path.join(out, name);
      if (!fs.existsSync(file)) fs.writeFileSync(file, content);
    }
    const sorted = Object.fromEntries(Object.entries(this.manifest).sort());
    const fresh = path.join(out, 'manifest.json.new');
    fs.writeFileSync(fresh, `${JSON.stringify(sorted, null, 2)}\n`);
    fs.renameSync(fresh, path.join(out, 'manifest.json'));
    for (const name of fs.readdirSync(out)) {
      if (HASHED.test(name) && !this.files.has(name)) fs.rmSync(path.join(out, name));
    }
  }
}

/** esbuild: pictures named in a stylesheet become hashed files beside it. */
const pictures = (shelf) => ({
  name: 'pictures',
  setup(build) {
    build.onResolve({ filter: PICTURE }, ({ path: wanted, resolveDir }) => {
      if (wanted.startsWith('data:')) return { path: wanted, external: true };
      const file = path.resolve(resolveDir, wanted);
      if (!fs.existsSync(file)) return { errors: [{ text: `no picture ${from(file)}` }] };
      const { name, ext } = path.parse(file);
      return { path: `./${shelf.put(name, ext, fs.readFileSync(file))}`, external: true };
    });
  },
});

/** Bundle and minify one css or js file; returns the bytes. */
const bundle = async (shelf, file) => {
  const result = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'iife',
    charset: 'utf8',
    target: TARGET,
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    nodePaths: [path.join(ROOT, 'node_modules')],
    plugins: [pictures(shelf)],
  });
  return Buffer.from(result.outputFiles[0].contents);
};

const isSource = (name) => /\.(css|js)$/.test(name);

const kernelAssets = async (shelf) => {
  for (const name of ['css/app.css', 'css/noscript.css', 'js/app.js']) {
    shelf.publish(path.basename(name), await bundle(shelf, path.join(KERNEL, name)));
  }
  for (const name of entries(path.join(KERNEL, 'img'))) {
    shelf.publish(name, fs.readFileSync(path.join(KERNEL, 'img', name)));
  }
};

/** themes/<name>/static: theme.css is theme-<name>.css, a picture theme-<name>/<file>. */
const themeAssets = async (shelf) => {
  const themes = path.join(ROOT, 'themes');
  for (const theme of entries(themes)) {
    if (!fs.existsSync(path.join(themes, theme, 'theme.toml'))) continue;
    const folder = path.join(themes, theme, 'static');
    shelf.publish(`theme-${theme}.css`, await bundle(shelf, path.join(folder, 'theme.css')));
    for (const name of entries(folder).filter((each) => PICTURE.test(each))) {
      shelf.publish(`theme-${theme}/${name}`, fs.readFileSync(path.join(folder, name)));
    }
  }
};

/** Folders plugins/<id>/src/tongban_<id>/assets that exist, as [id, folder]. */
const pluginFolders = () => {
  const plugins = path.join(ROOT, 'plugins');
  return entries(plugins).flatMap((id) => {
    const source = path.join(plugins, id, 'src');
    return entries(source)
      .filter((name) => name.startsWith('tongban_'))
      .map((name) => [id, path.join(source, name, 'assets')])
      .filter(([, folder]) => fs.existsSync(folder));
  });
};

/** A plugin's css and js are <plugin>-<file>; what they import or show lies in subfolders. */
const pluginAssets = async (shelf) => {
  for (const [id, folder] of pluginFolders()) {
    for (const name of entries(folder).filter(isSource)) {
      shelf.publish(`${id}-${name}`, await bundle(shelf, path.join(folder, name)));
    }
  }
};

/** Icon names with the file that asks for each: icons.txt lists and the icons of services. */
const iconNames = () => {
  const wanted = new Map();
  const ask = (name, file) => wanted.has(name) || wanted.set(name, file);
  const lists = [KERNEL, ...pluginFolders().map(([, folder]) => folder)]
    .map((folder) => path.join(folder, 'icons.txt'))
    .filter((file) => fs.existsSync(file));
  for (const file of lists) {
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
      const name = line.replace(/#.*/, '').trim();
      if (name) ask(name, file);
    }
  }
  const services = path.join(ROOT, 'plugins/services');
  for (const id of entries(services)) {
    const file = path.join(services, id, 'service.toml');
    if (!fs.existsSync(file)) continue;
    const found = fs.readFileSync(file, 'utf8').match(/^\s*icon\s*=\s*["']([^"']*)["']/m);
    if (found) ask(found[1], file);
  }
  return new Map([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const symbol = (name, asker) => {
  const file = path.join(ICONS, `${name}.svg`);
  if (!/^[a-z0-9-]+$/.test(name) || !fs.existsSync(file)) {
    throw new Error(`${from(asker)}: no icon "${name}" in @tabler/icons (outline)`);
  }
  const shapes = fs.readFileSync(file, 'utf8')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<\/?svg[^>]*>/g, '')
    .replace(/<path stroke="none"[^>]*\/>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?\/> ?/g, '/>')
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
};

const iconSprite = (shelf) => {
  const symbols = [...iconNames()].map(([name, asker]) => symbol(name, asker));
  shelf.publish('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
};

const main = async () => {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'var/assets' } } });
  const out = path.resolve(ROOT, values.out);
  const shelf = new Shelf();
  await kernelAssets(shelf);
  await themeAssets(shelf);
  await pluginAssets(shelf);
  iconSprite(shelf);
  shelf.write(out);
  console.log(`${shelf.files.size} assets in ${path.relative(process.cwd(), out) || '.'}`);
};

main().catch((error) => {
  console.error(`build.mjs: ${error.message}`);
  process.exitCode = 1;
});
