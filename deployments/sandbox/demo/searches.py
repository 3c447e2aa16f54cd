"""What demo visitors type into the search box, and in which department they look then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoSearch:
    """``department`` None: nothing fits, the search finds nothing. ``weight``: how common."""

    query: str
    department: str | None
    weight: float = 1.0


SEARCHES = (
    DemoSearch("travel mug", "Kitchen", 6),
    DemoSearch("keep coffee hot", "Kitchen", 4),
    DemoSearch("cast iron", "Kitchen", 3),
    DemoSearch("wine glasses", "Kitchen", 3),
    DemoSearch("lunch box", "Kitchen", 2),
    DemoSearch("tent", "Outdoor", 5),
    DemoSearch("hiking boots", "Outdoor", 5),
    DemoSearch("torch", "Outdoor", 2),
    DemoSearch("something for a day at the lake", "Outdoor"),
    DemoSearch("t-shirt organic", "Clothing", 4),
    DemoSearch("warm scarf", "Clothing", 3),
    DemoSearch("dress with pockets", "Clothing", 3),
    DemoSearch("wool coat", "Clothing", 2),
    DemoSearch("running shoes", "Shoes", 6),
    DemoSearch("rubber boots", "Shoes", 3),
    DemoSearch("slippers", "Shoes", 2),
    DemoSearch("cabin suitcase", "Bags & Travel", 4),
    DemoSearch("backpack", "Bags & Travel", 5),
    DemoSearch("umbrella", "Bags & Travel", 4),
    DemoSearch("chair", "Home", 3),
    DemoSearch("cosy lamp for the bedroom", "Home", 2),
    DemoSearch("alarm clock", "Home", 2),
    DemoSearch("headphones", "Electronics", 7),
    DemoSearch("noise cancelling", "Electronics", 4),
    DemoSearch("power bank", "Electronics", 3),
    DemoSearch("camera", "Electronics", 3),
    DemoSearch("quiet keyboard", "Electronics", 2),
    DemoSearch("gift for a five year old", "Toys & Games", 4),
    DemoSearch("dinosaur", "Toys & Games", 3),
    DemoSearch("teddy", "Toys & Games", 3),
    DemoSearch("puzzle", "Toys & Games", 2),
    DemoSearch("football", "Sports", 4),
    DemoSearch("bicycle", "Sports", 3),
    DemoSearch("tennis racket", "Sports", 2),
    DemoSearch("easy plant", "Garden & Plants", 3),
    DemoSearch("bee hotel", "Garden & Plants", 2),
    DemoSearch("chocolate", "Pantry", 4),
    DemoSearch("honey", "Pantry", 3),
    DemoSearch("something salty for a party", "Pantry"),
    DemoSearch("notebook dotted", "Books & Stationery", 4),
    DemoSearch("fountain pen", "Books & Stationery", 2),
    DemoSearch("novel about the sea", "Books & Stationery"),
    DemoSearch("guitar", "Music", 3),
    DemoSearch("first instrument for a child", "Music"),
    DemoSearch("tool box", "Tools & DIY", 3),
    DemoSearch("merino yarn", "Tools & DIY", 2),
    DemoSearch("hand soap", "Beauty & Care", 2),
    DemoSearch("lotion sensitive skin", "Beauty & Care", 2),
    DemoSearch("engagement ring", "Watches & Jewellery", 3),
    DemoSearch("sunglasses", "Watches & Jewellery", 3),
    DemoSearch("automatic watch", "Watches & Jewellery", 2),
    DemoSearch("cat bed", "Pets & Party", 3),
    DemoSearch("birthday decoration", "Pets & Party", 3),
    DemoSearch("electric kettle", None, 3),
    DemoSearch("yoga mat", None, 3),
    DemoSearch("air fryer", None, 2),
    DemoSearch("garden hose", None, 2),
    DemoSearch("rain trousers", None, 1.5),
    DemoSearch("wifi router", None, 1.5),
    DemoSearch("gluten free flour", None),
    DemoSearch("pram", None),
    DemoSearch("bluetoth hedphones", None, 0.7),
)
