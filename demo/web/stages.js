// What `python -m demo.web.speed` runs within the page: milliseconds of each stage on the picture that it shows, the
// median of `rounds`.
async (rounds) => {
  const load = (name) => import(`./js/${name}.js`);
  const modules = ["assets", "cuts", "estimator", "pixels", "sources"];
  const [{ assetJson }, { CutDetector }, { openEstimator }, { fit }, { readPixels }] = await Promise.all(modules.map(load));
  const contract = await assetJson("contract.json"), { detector, poses } = await openEstimator(contract);
  const { long_side, coarser } = contract.detector;
  const shown = await createImageBitmap(document.getElementById("canvas"));
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const picture = readPixels(context, shown, shown.width, shown.height), cuts = new CutDetector(contract.cuts);
  const width = Math.min(100, picture.width / 4), box = [width, width, 2 * width, 2.3 * width];
  const face = { box, score: 1, turn: 0 };
  const stages = {
    "pixels of the frame": () => readPixels(context, shown, shown.width, shown.height),
    "another scene?": () => cuts.isCut(picture),
    "search of the whole frame": () => detector.finder.searchAt(fit(picture, long_side)),
    "the same in the first smaller copy": () => detector.finder.searchAt(fit(picture, long_side / coarser)),
    "the same in all copies": () => detector.finder.search(picture),
    "search near a known face": () => detector.findNear(picture, [face]),
    "search near three": () => detector.findNear(picture, [face, face, face]),
    "pose of one face": () => poses.read(picture, [face]),
    "poses of sixteen faces": () => poses.read(picture, Array(16).fill(face)),
  };
  const medians = {};
  for (const [name, stage] of Object.entries(stages)) {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now();
      await stage();
      times.push(performance.now() - begun);
    }
    medians[name] = times.sort((a, b) => a - b)[rounds >> 1];
  }
  return medians;
}
