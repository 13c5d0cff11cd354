"""What figures of kernels, maps and dreams ask of the rows that they show."""

from redigit.settings import Settings
from redigit.validation import Problem

# What has to be made for a figure, by its kind and what it says it shows.
NEEDED = {
    ("feature_maps", True): "ascent",
    ("ascent_curves", "kernels"): "ascent",
    ("ascent_curves", "layers"): "dream",
    ("ascent_curves", "classes"): "class_dream",
    ("dream_images", "layers"): "dream",
    ("dream_images", "classes"): "class_dream",
}


def find_figure_problem(
    figure: Settings, settings: Settings | None, network: Settings
) -> Problem | None:
    """Find what a figure shows that there is not.

    Parameters
    ----------
    figure : dict
        A figure that refers to a row of kind `features`, or to a network.
    settings : dict or None
        Settings of the row of kind `features`, if it is one.
    network : dict
        Settings of the network.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    if figure["kind"] == "network_diagram" and ("tasks" in network or "pairs" in network):
        return ["network"], "found a network of pairs or of two tasks; allowed is one of images"
    n_layers = len(network["convolutions"])
    for index, layer in enumerate(figure.get("layers", [])):
        if layer > n_layers:
            allowed = f"up to {n_layers}, its network's convolutions"
            return ["layers", str(index)], f"found {layer}; allowed is {allowed}"
    if settings is None:
        return None
    if figure.get("digit", settings["digits"][0]) not in settings["digits"]:
        allowed = ", ".join(map(str, settings["digits"]))
        return ["digit"], f"found {figure['digit']}; allowed are {allowed}, those of its row"
    for key in ("beside_ascent", "dreams", "raised"):
        needed = NEEDED.get((figure["kind"], figure.get(key)))
        if needed and not settings[needed]:
            return [key], f"found {figure[key]}; allowed if its row has {needed}"
    return None
