//! Speed of the image stream and of what comes before it.
//!
//! `fill` counts bytes per second from source to a null sink; the others count entries.

use core::hint::black_box;
use std::fs;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use discwright_iso9660::image::Image;
use discwright_iso9660::layout::{Options, RockRidge, layout, planned_sectors};
use discwright_iso9660::names::joliet;
use discwright_iso9660::tree::{Attributes, Case, Content, Timestamp, Tree, scan};

const CHUNK_SECTORS: u32 = 512;

fn options() -> Options {
    Options::new("BENCH", Timestamp::from_unix(1_700_000_000, 0))
}

/// So many files of Unicode names in folders of a hundred, each of so many bytes in memory.
fn tree(files: usize, bytes: usize) -> Tree {
    let attributes = Attributes::file(Timestamp::from_unix(1_600_000_000, 0));
    let content: Arc<[u8]> = vec![0x5A; bytes].into();
    let mut tree = Tree::new();
    let mut folder = Tree::ROOT;
    for number in 0..files {
        if number % 100 == 0 {
            let name = format!("Ordner für Dateien {:05}", number / 100);
            folder = tree.add_directory(Tree::ROOT, &name, attributes).expect("a new name");
        }
        let name = format!("日本語 long file name {number:06}.data");
        tree.add_file(folder, &name, Content::Bytes(Arc::clone(&content)), attributes).expect("a new name");
    }
    tree
}

/// Reads a whole image and throws it away.
fn drain(image: &mut Image) {
    let mut chunk = vec![0; usize::try_from(CHUNK_SECTORS).expect("512") * 2048];
    let mut sector = 0;
    while sector < image.sectors() {
        let now = CHUNK_SECTORS.min(image.sectors() - sector);
        let bytes = usize::try_from(now).expect("at most 512") * 2048;
        image.fill(sector, chunk.get_mut(..bytes).expect("no longer than the chunk")).expect("readable");
        black_box(&chunk);
        sector += now;
    }
}

fn fill(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fill");
    group.sample_size(10);
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("large"), vec![0xA5; 64 << 20]).expect("room for 64 MiB");
    let many = dir.path().join("many");
    fs::create_dir(&many).expect("a folder");
    for number in 0..2000 {
        fs::write(many.join(format!("small file {number}")), vec![1; number % 4096]).expect("a small file");
    }
    let staged = |path: &std::path::Path| {
        let wishes = scan::ScanOptions { case: Case::Exact, ..Default::default() };
        let mut quiet = |_| core::ops::ControlFlow::Continue(());
        scan::scan(&[path], wishes, &mut quiet).expect("readable").tree
    };
    let mut large_alone = Tree::new();
    let content = Content::host(dir.path().join("large")).expect("a file");
    let attributes = Attributes::file(Timestamp::EPOCH);
    large_alone.add_file(Tree::ROOT, "large", content, attributes).expect("a new name");
    let sources =
        [("one large file", large_alone), ("small files", staged(&many)), ("directories", tree(20_000, 0))];
    for (name, tree) in sources {
        let mut image = Image::new(layout(tree, &options()).expect("a layout"));
        group.throughput(Throughput::Bytes(u64::from(image.sectors()) * 2048));
        group.bench_function(name, |bencher| bencher.iter(|| drain(&mut image)));
    }
    group.finish();
}

fn lay_out(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("layout");
    group.sample_size(20);
    let tree = tree(20_000, 100);
    group.throughput(Throughput::Elements(20_200));
    group.bench_function("joliet", |bencher| bencher.iter(|| planned_sectors(&tree, &options())));
    let rock_ridge = Options { rock_ridge: Some(RockRidge::default()), ..options() };
    group.bench_function("joliet and rock ridge", |bencher| {
        bencher.iter(|| planned_sectors(&tree, &rock_ridge));
    });
    group.bench_function("add to a tree", |bencher| bencher.iter(|| self::tree(20_000, 0)));
    group.bench_function("merge", |bencher| {
        bencher.iter_batched(
            Tree::new,
            |mut base| base.merge(&tree, false).map(|_| base).expect("nothing in the way"),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn names(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("names");
    let attributes = Attributes::file(Timestamp::EPOCH);
    let mut colliding = Tree::new();
    for number in 0..10_000 {
        let name = format!("{} {number:05}.text", "long colliding name".repeat(4));
        colliding.add_file(Tree::ROOT, &name, Content::empty(), attributes).expect("a new name");
    }
    group.throughput(Throughput::Elements(10_000));
    group.sample_size(20);
    group.bench_function("ten thousand that collide in both hierarchies", |bencher| {
        bencher.iter(|| planned_sectors(&colliding, &options()));
    });
    let names: Vec<_> = (0..10_000).map(|number| format!("Übung {number}.text")).collect();
    group.bench_function("check for joliet", |bencher| {
        bencher.iter(|| names.iter().filter(|name| joliet::check(name, joliet::UNITS).is_ok()).count());
    });
    group.finish();
}

criterion_group!(benches, fill, lay_out, names);
criterion_main!(benches);
